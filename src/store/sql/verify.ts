import type { KeptBudget } from '../accounts/kept-budget.ts';
import type { Moment } from '../accounts/ledger-time.ts';
import type { BalanceDifference, Verification } from '../store.ts';
import type { BalanceRow, BookTools } from './budget-book.ts';
import { countsFrom, lastBefore, type Spent, spendingIn } from './spending.ts';
import type { Read } from './walk.ts';

export interface VerifyTools extends BookTools {
  /** Corrections up to this one are in the balances. */
  readonly adjusted: number;
}

/**
 * Adds up every balance that counts now from the entries, twice: as far as they were appended when it was asked, which is what
 * memory must say, and as far as they are on the disk, which is what the balances there must say.
 */
export async function verifyBalances(tools: VerifyTools): Promise<Verification> {
  const { accounts, time, writer, read, sequence, adjusted } = tools;
  const now = time.now();
  const budgets = accounts.budgets.filter(({ budget }) => accounts.keeps(budget));
  const memory = inMemory(budgets, now);
  const upTo = sequence();
  const openHolds = accounts.open.size;
  // Everything up to there is on the disk once this is.
  await writer.write({ sql: 'select 1', rows: [] });
  const disk = await onDisk(read);
  // The balances of those that are gone may be gone as well.
  const there = new Set(accounts.budgets);
  const after = budgets.length === 0 ? upTo : await lastBefore(read, budgets, now);
  const [asForMemory, asForDisk]: [Sums, Sums] = [new Map(), new Map()];
  for await (const page of spendingIn(tools, budgets, { now, adjusted, after, upTo })) {
    for (const each of page) {
      if (each.start < endOf(each.kept, now)) add(asForMemory, { ...each, start: countsFrom(each.kept, now) });
      add(asForDisk, withEnd(each, now));
    }
  }
  for await (const page of spendingIn(tools, budgets, { now, adjusted, after: upTo, upTo: disk.last }))
    for (const each of page) add(asForDisk, withEnd(each, now));
  const kept = counting(disk.balances, budgets, now).map((each) => withEnd(each, now));
  const differences = [
    ...unlike(memory, asForMemory),
    ...unlike(summed(kept), asForDisk).filter((each) => there.has(each.kept)),
  ];
  return { entries: await countUpTo(read, upTo), openHolds, differences: differences.map(told) };
}

/** When what counts now no longer does. What was spent then or later was spent before the clock was set back. */
function endOf({ windows }: KeptBudget, now: Moment): number {
  return windows.kind === 'calendar' ? windows.of(now).until : Number.POSITIVE_INFINITY;
}

/** What stands in windows still to come is one sum: how long each will be is not known before it has come. */
function withEnd(each: Spent, now: Moment): Spent {
  return { ...each, start: Math.min(each.start, endOf(each.kept, now)) };
}

/** What every account stands at, all its windows together. */
function inMemory(budgets: readonly KeptBudget[], now: Moment): Sums {
  const accounts = budgets.flatMap((kept) => [...kept.accounts.values()].filter((account) => account.turn(now)));
  return summed(accounts.map(({ kept, value, spent }) => ({ kept, value, spent, start: countsFrom(kept, now) })));
}

type Sums = Map<string, Spent>;

function summed(found: readonly Spent[]): Sums {
  const sums: Sums = new Map();
  for (const each of found) add(sums, each);
  return sums;
}

/** Half a character has no place on the disk, so it does not tell two values apart here. */
function add(sums: Sums, each: Spent): void {
  const value = each.value.toWellFormed();
  const name = `${each.kept.number} ${each.start} ${value}`;
  sums.set(name, { ...each, value, spent: each.spent + (sums.get(name)?.spent ?? 0n) });
}

interface Unlike {
  readonly kept: KeptBudget;
  readonly value: string;
  readonly from: number;
  readonly stands: bigint;
  readonly computed: bigint;
}

function unlike(stand: Sums, computed: Sums): readonly Unlike[] {
  return [...new Set([...stand.keys(), ...computed.keys()])].flatMap((name) => {
    const found = stand.get(name) ?? computed.get(name);
    const [one, other] = [stand.get(name)?.spent ?? 0n, computed.get(name)?.spent ?? 0n];
    if (found === undefined || one === other) return [];
    return [{ kept: found.kept, value: found.value, from: found.start, stands: one, computed: other }];
  });
}

function told({ kept, value, from, stands, computed }: Unlike): BalanceDifference {
  return { budgetId: kept.budget.id, ...(value === '' ? {} : { value }), from, kept: stands, computed };
}

interface OnDisk {
  readonly last: number;
  readonly balances: readonly BalanceRow[];
}

/** One statement, so that the balances are those of that last entry. */
const balances = `select newest.last, budget, value, start, cast(spent as text) as spent
  from (select ifnull(max(sequence), 0) as last from entries) as newest left join balances`;

async function onDisk(read: Read): Promise<OnDisk> {
  const rows = (await read(balances, [])) as readonly (BalanceRow & { readonly last: number })[];
  return { last: rows[0]?.last ?? 0, balances: rows.filter(({ budget }) => budget !== null) };
}

function counting(rows: readonly BalanceRow[], budgets: readonly KeptBudget[], now: Moment): readonly Spent[] {
  const byNumber = new Map(budgets.map((kept) => [kept.number, kept]));
  return rows.flatMap(({ budget, value, start, spent }) => {
    const kept = byNumber.get(budget);
    return kept === undefined || start < countsFrom(kept, now) ? [] : [{ kept, value, start, spent: BigInt(spent) }];
  });
}

/** All of them are counted in an index, page by page; those that came since, one by one. */
async function countUpTo(read: Read, sequence: number): Promise<number> {
  const count = `select (select count(*) from entries) - (select count(*) from entries where sequence > ?) as count`;
  const [row] = (await read(count, [sequence])) as readonly { readonly count: number }[];
  return row?.count ?? 0;
}
