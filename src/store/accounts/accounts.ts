import type { Budget, LimitOwner, OwnedLimits } from '../../core/limit.ts';
import type { NanoUsd } from '../../core/money.ts';
import type { BudgetStanding, Entry, WantedHold } from '../store.ts';
import type { Account, Bucket } from './account.ts';
import { exhausted } from './exhausted.ts';
import { accountOf, isOwnedBy, type KeptBudget, keptBudget, shapeOf } from './kept-budget.ts';
import { KeptBudgets } from './kept-budgets.ts';
import type { LedgerTime, Moment } from './ledger-time.ts';
import { valuesIn } from './match.ts';
import { isStarred, standingOf } from './standing.ts';

export interface AccountTools {
  readonly time: LedgerTime;
  /** The budgets in force for an entry's key, project and organisation. Asked on every call. */
  budgetsOf(entry: Entry): readonly OwnedLimits[];
  /** A budget that was never seen before, with nothing spent, is counted from now on. */
  begun?(kept: KeptBudget): void;
  /** What is spent has reached its alarm; answers the next one. */
  watch?(account: Account, entry: Entry): NanoUsd;
  /** A hard budget had nothing left that was of use. */
  refused?(account: Account, entry: Entry): void;
}

/** Money reserved for one attempt, and where. */
export interface Placement {
  readonly entry: Entry;
  readonly amount: NanoUsd;
  /** What of it is reserved still. */
  reserved: NanoUsd;
  readonly moment: Moment;
  /** One for each balance that it concerns. */
  readonly buckets: Bucket[];
  readonly unfitted: readonly Budget[];
}

/** All balances, in memory: what decides whether a call may be paid for. Knows neither disk nor thread. */
export class Accounts {
  readonly #tools: AccountTools;
  readonly #kept = new KeptBudgets();
  /** Counted already, in force only once their past is known. */
  readonly #adopted = new Set<KeptBudget>();
  readonly #open = new Set<Placement>();
  #numbers = 0;

  constructor(tools: AccountTools) {
    this.#tools = tools;
  }

  /** Reserves in every budget that concerns an attempt, or throws `budget-exhausted` and has reserved nothing. */
  place({ entry, fit }: WantedHold): Placement {
    const now = this.#tools.time.now();
    const buckets = this.#concerned(entry, now);
    const tightest = this.#tightest(buckets);
    const free = tightest === undefined ? undefined : freeIn(tightest);
    const amount = fit({ free, contended: tightest !== undefined && tightest.reserved > 0n });
    if (amount === undefined || amount < 0n || (free !== undefined && amount > free)) {
      if (tightest === undefined) throw new TypeError('nothing limits the hold, and yet there is no size for it');
      this.#tools.refused?.(tightest, entry);
      throw exhausted(tightest, now, this.#nameOf(tightest, entry));
    }
    const unfitted = this.#unfitted(buckets, fit);
    for (const bucket of buckets) {
      bucket.reserved += amount;
      if (bucket.live) bucket.account.reserved += amount;
    }
    const placement = { entry, amount, reserved: amount, moment: now, buckets, unfitted };
    this.#open.add(placement);
    return placement;
  }

  /** Frees what is reserved beyond an amount. */
  lower(placement: Placement, amount: NanoUsd): void {
    const excess = placement.reserved - (amount < 0n ? 0n : amount);
    if (excess <= 0n || !this.#open.has(placement)) return;
    placement.reserved -= excess;
    for (const bucket of placement.buckets) {
      bucket.reserved -= excess;
      if (bucket.live) bucket.account.reserved -= excess;
    }
  }

  /** Ends a hold; so much of it, or more, was spent. False if it was over already. */
  settle(placement: Placement, spent: NanoUsd): boolean {
    if (!this.#open.delete(placement)) return false;
    const { reserved, buckets, entry } = placement;
    for (const bucket of buckets) {
      bucket.reserved -= reserved;
      if (bucket.live) bucket.account.reserved -= reserved;
      this.#spend(bucket, spent, entry);
    }
    return true;
  }

  /** Counts money that was spent without a hold; answers where. */
  charge(entry: Entry, moment: Moment, spent: NanoUsd): readonly Bucket[] {
    const now = this.#tools.time.now();
    const buckets = this.#concerned(entry, now, moment);
    for (const bucket of buckets) this.#spend(bucket, spent, entry);
    return buckets;
  }

  #spend(bucket: Bucket, spent: NanoUsd, entry: Entry): void {
    if (spent === 0n) return;
    bucket.spent += spent;
    if (!bucket.live) return;
    const { account } = bucket;
    account.spent += spent;
    const { watch } = this.#tools;
    if (watch !== undefined && account.spent >= account.alarm) account.alarm = watch(account, entry);
  }

  /** Every hold that is open. */
  get open(): ReadonlySet<Placement> {
    return this.#open;
  }

  /** Every budget that is counted, those included that are not in force yet. */
  get budgets(): readonly KeptBudget[] {
    return [...this.#kept.all(), ...this.#adopted];
  }

  /** How the budgets of an owner stand. */
  standings(owner: LimitOwner): readonly BudgetStanding[] {
    const now = this.#tools.time.now();
    return [...this.#kept.of(owner)].flatMap((kept) => {
      if (!isStarred(kept.budget)) accountOf(kept, '');
      return [...kept.accounts.values()].flatMap((account) => standingOf(account, now) ?? []);
    });
  }

  /** Whether a budget is in force and counted in this way. */
  keeps(budget: Budget): boolean {
    return this.#kept.get(budget.id)?.shape === shapeOf(budget);
  }

  /** Puts a budget in force, whose balances are then told by `found`. */
  load(kept: KeptBudget): void {
    this.#kept.put(kept);
  }

  /** Forgets the values of which nothing counts any more. */
  tidy(): void {
    const now = this.#tools.time.now();
    for (const { accounts } of this.budgets) {
      for (const [value, account] of accounts) if (!account.turn(now)) accounts.delete(value);
    }
  }

  /** No budget is given a number up to this one. */
  numbered(last: number): void {
    this.#numbers = Math.max(this.#numbers, last);
  }

  /** Counts for a budget from this moment on, with the holds that are open; it is in force once `enforce` is called. */
  adopt(owner: LimitOwner, budget: Budget): KeptBudget {
    const now = this.#tools.time.now();
    const kept = keptBudget(this.#next(), owner, budget);
    this.#adopted.add(kept);
    for (const placement of this.#open) this.#attach(kept, placement, now);
    return kept;
  }

  /** Adds what was spent before, by the start of its window. */
  found(kept: KeptBudget, value: string, past: { readonly start: number; readonly spent: NanoUsd }): void {
    accountOf(kept, value).found(past.start, past.spent, this.#tools.time.now());
  }

  /** Puts an adopted budget in the place of the one with its id. */
  enforce(kept: KeptBudget): void {
    if (!this.#adopted.delete(kept)) return;
    this.#detach(this.#kept.get(kept.budget.id));
    this.#kept.put(kept);
  }

  /** Stops counting for a budget. What is held goes on elsewhere. */
  retire(kept: KeptBudget): void {
    this.#adopted.delete(kept);
    this.#kept.delete(kept);
    this.#detach(kept);
  }

  #attach(kept: KeptBudget, { entry, reserved, moment, buckets }: Placement, now: Moment): void {
    if (!isOwnedBy(kept.owner, entry)) return;
    for (const value of valuesIn(kept.budget.match, entry)) {
      const account = accountOf(kept, value);
      const bucket = account.past(moment, now);
      if (!bucket.live) continue;
      bucket.reserved += reserved;
      account.reserved += reserved;
      buckets.push(bucket);
    }
  }

  #detach(kept: KeptBudget | undefined): void {
    if (kept === undefined) return;
    for (const { buckets } of this.#open) {
      for (let index = buckets.length - 1; index >= 0; index -= 1) {
        if (buckets[index]?.account.kept === kept) buckets.splice(index, 1);
      }
    }
  }

  #concerned(entry: Entry, now: Moment, moment = now): Bucket[] {
    const buckets: Bucket[] = [];
    for (const { owner, budgets } of this.#tools.budgetsOf(entry)) {
      for (const budget of budgets) add(buckets, this.begin(owner, budget), { entry, now, moment });
    }
    for (const kept of this.#adopted) {
      if (isOwnedBy(kept.owner, entry)) add(buckets, kept, { entry, now, moment });
    }
    return buckets;
  }

  /** The balances of a budget that is in force; one that was never seen before has nothing spent. */
  begin(owner: LimitOwner, budget: Budget): KeptBudget {
    const known = this.#kept.get(budget.id);
    if (known?.budget === budget) return known;
    if (known !== undefined && known.shape === shapeOf(budget)) {
      known.budget = budget;
      // A new limit has other alarms.
      for (const account of known.accounts.values()) account.alarm = 0n;
      return known;
    }
    for (const adopted of this.#adopted) {
      if (adopted.budget.id !== budget.id || adopted.shape !== shapeOf(budget)) continue;
      this.enforce(adopted);
      return adopted;
    }
    const kept = keptBudget(this.#next(), owner, budget);
    this.load(kept);
    this.#tools.begun?.(kept);
    return kept;
  }

  #tightest(buckets: readonly Bucket[]): Account | undefined {
    let tightest: Account | undefined;
    for (const { account } of buckets) {
      if (account.kept.budget.mode !== 'hard' || this.#adopted.has(account.kept)) continue;
      if (tightest === undefined || leftIn(account) < leftIn(tightest)) tightest = account;
    }
    return tightest;
  }

  #nameOf({ kept: { owner } }: Account, entry: Entry): string | undefined {
    return this.#tools.budgetsOf(entry).find((one) => one.owner.kind === owner.kind && one.owner.id === owner.id)?.name;
  }

  #unfitted(buckets: readonly Bucket[], fit: WantedHold['fit']): readonly Budget[] {
    let unfitted: Budget[] | undefined;
    for (const { account } of buckets) {
      const { budget } = account.kept;
      if (budget.mode === 'hard' || this.#adopted.has(account.kept)) continue;
      if (unfitted?.includes(budget)) continue;
      if (fit({ free: freeIn(account), contended: account.reserved > 0n }) !== undefined) continue;
      unfitted ??= [];
      unfitted.push(budget);
    }
    return unfitted ?? none;
  }

  #next(): number {
    this.#numbers += 1;
    return this.#numbers;
  }
}

const none: readonly Budget[] = [];

interface Place {
  readonly entry: Entry;
  readonly now: Moment;
  readonly moment: Moment;
}

function add(buckets: Bucket[], kept: KeptBudget, { entry, now, moment }: Place): void {
  for (const value of valuesIn(kept.budget.match, entry)) {
    const account = accountOf(kept, value);
    buckets.push(moment === now ? account.at(now) : account.past(moment, now));
  }
}

function leftIn({ kept, spent, reserved }: Account): NanoUsd {
  return kept.budget.limit - spent - reserved;
}

/** What is passed already leaves nothing. */
function freeIn(account: Account): NanoUsd {
  const left = leftIn(account);
  return left < 0n ? 0n : left;
}
