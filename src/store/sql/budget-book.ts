import type { Budget, LimitOwner } from '../../core/limit.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { type KeptBudget, keptBudget, shapeOf } from '../accounts/kept-budget.ts';
import type { LedgerTime } from '../accounts/ledger-time.ts';
import type { Row, Write } from './batch.ts';
import { countsFrom, lastBefore, type Spent, spendingIn } from './spending.ts';
import type { Read, WalkTools } from './walk.ts';
import type { Writer } from './writer.ts';

export interface BookTools extends WalkTools {
  readonly accounts: Accounts;
  readonly time: LedgerTime;
  readonly writer: Pick<Writer, 'write'>;
  /** The sequence of the last entry that was appended. */
  readonly sequence: () => number;
}

export interface Owned {
  readonly owner: LimitOwner;
  readonly budget: Budget;
}

/** What stands on the disk of budgets and their balances. */
export interface KeptRows {
  readonly kept: readonly KeptRow[];
  /** The sequence of the last adjustment there is. */
  readonly adjusted: number;
  readonly balances: readonly BalanceRow[];
}

export interface KeptRow {
  readonly number: number;
  readonly budget_id: string;
  readonly shape: string;
  /** From when on its balances are complete. */
  readonly since: number;
  /** The sequence of the last adjustment that is in them. */
  readonly adjusted: number;
}

export interface BalanceRow {
  readonly budget: number;
  readonly value: string;
  readonly start: number;
  readonly spent: string;
}

/** Which budgets are counted, and since when: takes up new ones with their past, and lets those go that are no more. */
export class BudgetBook {
  readonly #tools: BookTools;
  /** One change after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #isStale = false;
  /** The last adjustment that is known. */
  #adjusted = 0;

  constructor(tools: BookTools) {
    this.#tools = tools;
  }

  /**
   * Changes an owner's budgets: those that are new are counted with what was spent before, and in force once `change` has
   * resolved; those that are gone are let go. If `change` fails, all is as it was.
   */
  change(owner: LimitOwner, budgets: readonly Budget[], change: () => Promise<void>): Promise<void> {
    const { accounts } = this.#tools;
    const isPlain = budgets.every((budget) => accounts.keeps(budget)) && this.#gone(owner, budgets).length === 0;
    if (isPlain) return change();
    return this.#inTurn(async () => {
      const adopted = budgets
        .filter((budget) => !accounts.keeps(budget))
        .map((budget) => accounts.adopt(owner, budget));
      try {
        await this.#takeUp(adopted);
        await change();
      } catch (thrown) {
        for (const kept of adopted) accounts.retire(kept);
        throw thrown;
      }
      this.#put(adopted, this.#gone(owner, budgets));
    });
  }

  /** Begins to count for somebody who is new. */
  welcome(owner: LimitOwner, budgets: readonly Budget[]): void {
    for (const budget of budgets) this.#tools.accounts.begin(owner, budget);
  }

  /** What entries cost was corrected: every balance is added up anew, now and for all corrections that come meanwhile. */
  recount(): void {
    if (this.#isStale) return;
    this.#isStale = true;
    this.#inTurn(async () => {
      this.#isStale = false;
      const { accounts } = this.#tools;
      const adopted = accounts.budgets.map(({ owner, budget }) => accounts.adopt(owner, budget));
      try {
        await this.#takeUp(adopted);
      } catch {
        // The balances on the disk tell that they lack the corrections: the next start adds them up.
        for (const kept of adopted) accounts.retire(kept);
        return;
      }
      this.#put(adopted, []);
    }).catch(ignored);
  }

  /**
   * Takes up every budget that is in force, before anybody calls: with the balances that are kept of it, or else with what the
   * entries tell.
   */
  async open(budgets: readonly Owned[], { kept: rows, balances, adjusted }: KeptRows): Promise<void> {
    const { accounts, time } = this.#tools;
    const now = time.now();
    this.#adjusted = adjusted;
    const known = new Map(rows.map((row) => [`${row.budget_id} ${row.shape}`, row]));
    const forgotten = new Set([...rows.map(({ number }) => number), ...balances.map(({ budget }) => budget)]);
    accounts.numbered([...forgotten].reduce((last, number) => Math.max(last, number), 0));
    const loaded = new Map<number, KeptBudget>();
    const adopted: KeptBudget[] = [];
    for (const { owner, budget } of budgets) {
      const row = known.get(`${budget.id} ${shapeOf(budget)}`);
      const kept = row && keptBudget(row.number, owner, budget);
      if (kept === undefined || row === undefined || !isComplete(row, countsFrom(kept, now), adjusted)) {
        adopted.push(accounts.adopt(owner, budget));
        continue;
      }
      accounts.load(kept);
      loaded.set(row.number, kept);
      forgotten.delete(row.number);
    }
    for (const { budget, value, start, spent } of balances) {
      const kept = loaded.get(budget);
      if (kept !== undefined) accounts.found(kept, value, { start, spent: BigInt(spent) });
    }
    await this.#forget([...forgotten]);
    await this.#takeUp(adopted);
    this.#put(adopted, []);
    this.tidy();
  }

  /** Lets balances go that count no more. */
  tidy(): void {
    const { accounts, time, writer } = this.#tools;
    const now = time.now();
    accounts.tidy();
    const rows = accounts.budgets.map((kept) => [countsFrom(kept, now), kept.number]);
    if (rows.length === 0) return;
    const also = [{ sql: 'delete from balances where start < ? and budget = ?', rows }];
    writer.write({ sql: 'update budgets_kept set since = max(since, ?) where number = ?', rows, also }).catch(ignored);
  }

  /** A budget of somebody who is new is counted from the beginning. */
  begun(kept: KeptBudget): void {
    this.#tools.writer.write({ sql: insertKept, rows: [keptRow(kept, 0, this.#adjusted)] }).catch(ignored);
  }

  /** Corrections up to this one are in the balances. */
  get adjusted(): number {
    return this.#adjusted;
  }

  /** Resolves when no change is under way. */
  settled(): Promise<unknown> {
    return this.#turn;
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(act, act);
    this.#turn = mine.catch(ignored);
    return mine;
  }

  /** Adds what was spent before a budget began to be counted. Entries appended since are counted as they come. */
  async #takeUp(adopted: readonly KeptBudget[]): Promise<void> {
    if (adopted.length === 0) return;
    const { accounts, time, writer, read, sequence } = this.#tools;
    const now = time.now();
    const upTo = sequence();
    // Everything up to there is on the disk once this is.
    await writer.write({ sql: 'select 1', rows: [] });
    this.#adjusted = await lastAdjustment(read);
    const found: Spent[] = [];
    const after = await lastBefore(read, adopted, now);
    for await (const page of spendingIn(this.#tools, adopted, { now, after, upTo, adjusted: this.#adjusted }))
      found.push(...page.map((each) => ({ ...each, start: windowStart(each) })));
    const kept = adopted.map((each) => keptRow(each, countsFrom(each, now), this.#adjusted));
    await writer.write(adoption(found, kept));
    for (const each of found) accounts.found(each.kept, each.value, each);
  }

  #put(adopted: readonly KeptBudget[], gone: readonly KeptBudget[]): void {
    const { accounts } = this.#tools;
    const replaced = accounts.budgets.filter(
      (kept) => !adopted.includes(kept) && adopted.some(({ budget }) => budget.id === kept.budget.id),
    );
    for (const kept of adopted) accounts.enforce(kept);
    for (const kept of gone) accounts.retire(kept);
    this.#forget([...replaced, ...gone].map(({ number }) => number)).catch(ignored);
  }

  /** Balances that nobody takes up are no harm: those that are left are let go at the next start. */
  async #forget(numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return;
    const rows = numbers.map((number) => [number]);
    const also = [{ sql: 'delete from balances where budget = ?', rows }];
    await this.#tools.writer.write({ sql: 'delete from budgets_kept where number = ?', rows, also });
  }

  #gone({ kind, id }: LimitOwner, budgets: readonly Budget[]): readonly KeptBudget[] {
    const own = this.#tools.accounts.budgets.filter(({ owner }) => owner.kind === kind && owner.id === id);
    return own.filter(({ budget }) => !budgets.some((other) => other.id === budget.id));
  }
}

const ignored = (): undefined => undefined;

const insertKept = `insert into budgets_kept (number, budget_id, shape, since, adjusted) values (?, ?, ?, ?, ?)
  on conflict (number) do nothing`;
/** Sent again after it was committed, it finds its budget on the list and adds nothing. */
const insertSpent = `insert into balances (budget, value, start, spent)
  select ?1, ?2, ?3, ?4 where not exists (select 1 from budgets_kept where number = ?1)
  on conflict (budget, value, start) do update set spent = spent + excluded.spent`;

/** The balances of budgets that were added up, and that they were, or nothing. */
function adoption(found: readonly Spent[], kept: readonly Row[]): Write {
  const rows = found.map((each) => [each.kept.number, each.value, each.start, each.spent.toString()]);
  return { sql: insertSpent, rows, also: [{ sql: insertKept, rows: kept }] };
}

function isComplete(row: KeptRow, from: number, adjusted: number): boolean {
  return row.since <= from && row.adjusted >= adjusted;
}

async function lastAdjustment(read: Read): Promise<number> {
  const rows = await read('select ifnull(max(sequence), 0) as last from adjustments', []);
  const [row] = rows as readonly { readonly last: number }[];
  return row?.last ?? 0;
}

/** Of what was placed in a window still to come, that window's. */
function windowStart({ kept, start }: Pick<Spent, 'kept' | 'start'>): number {
  return kept.windows.of({ wall: start, steady: start }).start;
}

function keptRow({ number, budget, shape }: KeptBudget, since: number, adjusted: number): Row {
  return [number, budget.id, shape, since, adjusted];
}
