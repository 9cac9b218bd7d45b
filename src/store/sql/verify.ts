import type { KeptBudget } from '../accounts/kept-budget.ts';
import type { Moment } from '../accounts/ledger-time.ts';
import type { BalanceDifference, Verification } from '../store.ts';
import type { BalanceRow, BookTools } from './budget-book.ts';
import { countsFrom, lastBefore, type Read, type Spent, spendingIn } from './spending.ts';

/**
 * Adds up every balance that counts now from the entries, twice: as far as they were appended when it was asked, which is what
 * memory must say, and as far as they are on the disk, which is what the balances there must say.
 */
export async function verifyBalances({ accounts, time, writer, read, sequence }: BookTools): Promise<Verification> {
  const now = time.now();
  const budgets = accounts.budgets.filter(({ budget }) => accounts.keeps(budget));
  const memory = inMemory(budgets, now);
  const upTo = sequence();
  const openHolds = accounts.open.size;
  // Everything up to there is on the disk once this is.
  await writer.write({ sql: 'select 1', rows: [] });
  const after = budgets.length === 0 ? upTo : await lastBefore(read, budgets, now);
  const asked = await spendingIn(read, budgets, { now, after, upTo });
  const disk = await onDisk(read);
  const later = await spendingIn(read, budgets, { now, after: upTo, upTo: disk.last });
  const inForce = asked.filter(({ kept, start }) => start < endOf(kept, now));
  const differences = [
    ...unlike(memory, summed(inForce.map((each) => ({ ...each, start: countsFrom(each.kept, now) })))),
    ...unlike(
      summed(counting(disk.balances, budgets, now).map(withEnd(now))),
      summed([...asked, ...later].map(withEnd(now))),
    ),
  ];
  return { entries: await countUpTo(read, upTo), openHolds, differences };
}

/** When what counts now no longer does. What was spent then or later was spent before the clock was set back. */
function endOf({ windows }: KeptBudget, now: Moment): number {
  return windows.kind === 'calendar' ? windows.of(now).until : Number.POSITIVE_INFINITY;
}

/** What stands in windows still to come is one sum: how long each will be is not known before it has come. */
function withEnd(now: Moment): (each: Spent) => Spent {
  return (each) => ({ ...each, start: Math.min(each.start, endOf(each.kept, now)) });
}

/** What every account stands at, all its windows together. */
function inMemory(budgets: readonly KeptBudget[], now: Moment): Sums {
  const accounts = budgets.flatMap((kept) => [...kept.accounts.values()].filter((account) => account.turn(now)));
  return summed(accounts.map(({ kept, value, spent }) => ({ kept, value, spent, start: countsFrom(kept, now) })));
}

type Sums = ReadonlyMap<string, Spent>;

function summed(found: readonly Spent[]): Sums {
  const sums = new Map<string, Spent>();
  for (const each of found) {
    const name = `${each.kept.number} ${each.start} ${each.value}`;
    sums.set(name, { ...each, spent: each.spent + (sums.get(name)?.spent ?? 0n) });
  }
  return sums;
}

function unlike(kept: Sums, computed: Sums): readonly BalanceDifference[] {
  return [...new Set([...kept.keys(), ...computed.keys()])].flatMap((name) => {
    const found = kept.get(name) ?? computed.get(name);
    const [one, other] = [kept.get(name)?.spent ?? 0n, computed.get(name)?.spent ?? 0n];
    if (found === undefined || one === other) return [];
    const { value, start: from, kept: where } = found;
    return [{ budgetId: where.budget.id, ...(value === '' ? {} : { value }), from, kept: one, computed: other }];
  });
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

async function countUpTo(read: Read, sequence: number): Promise<number> {
  const rows = await read('select count(*) as count from entries where sequence <= ?', [sequence]);
  const [row] = rows as readonly { readonly count: number }[];
  return row?.count ?? 0;
}
