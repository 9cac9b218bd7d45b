import type { LimitOwner } from '../../core/limit.ts';
import type { KeptBudget } from '../accounts/kept-budget.ts';
import type { Moment } from '../accounts/ledger-time.ts';
import { balanceName } from '../accounts/match.ts';
import type { Row } from './batch.ts';

/** Runs one reading statement. */
export type Read = (sql: string, parameters: Row) => Promise<readonly object[]>;

/** What entries spent that count for a budget, in one window of one of its values. */
export interface Spent {
  readonly kept: KeptBudget;
  readonly value: string;
  /** Of its window; of a moment in a window still to come, its minute. */
  readonly start: number;
  readonly spent: bigint;
}

/** Entries behind `after`, up to `upTo` and that included. */
export interface Stretch {
  readonly after: number;
  readonly upTo: number;
}

/** So many at a time: other questions wait no longer than for these. */
const stretchLength = 100_000;

/** Adds up from the entries themselves what counts now, whatever chain was charged for them. */
export async function spendingIn(
  read: Read,
  budgets: readonly KeptBudget[],
  { now, after, upTo }: Stretch & { readonly now: Moment },
): Promise<readonly Spent[]> {
  if (budgets.length === 0) return [];
  const wanted = JSON.stringify(budgets.map((kept) => wantedOf(kept, now)));
  const byNumber = new Map(budgets.map((kept) => [kept.number, kept]));
  const sql = statement(new Set(budgets.map(({ owner }) => owner.kind)));
  const sums = new Map<string, Spent>();
  for (let from = after; from < upTo; from += stretchLength) {
    const rows = await read(sql, [wanted, from, Math.min(upTo, from + stretchLength)]);
    for (const row of rows as readonly SpentRow[]) addUp(sums, spentOf(row, byNumber));
  }
  return [...sums.values()];
}

/** The last entry before all that can count for any of these budgets; 0 if there is none. */
export async function lastBefore(read: Read, budgets: readonly KeptBudget[], now: Moment): Promise<number> {
  const [calendars, rolling] = [budgets.filter(isCalendar), budgets.filter((kept) => !isCalendar(kept))];
  const bounds = [
    ...(calendars.length === 0 ? [] : [await firstOnWall(read, earliestOf(calendars, now))]),
    ...(rolling.length === 0 ? [] : [await firstInTime(read, earliestOf(rolling, now))]),
  ];
  return bounds.length === 0 ? 0 : Math.max(0, Math.min(...bounds) - 1);
}

function isCalendar({ windows }: KeptBudget): boolean {
  return windows.kind === 'calendar';
}

function earliestOf(budgets: readonly KeptBudget[], now: Moment): number {
  return Math.min(...budgets.map((kept) => countsFrom(kept, now))) - longestCallMs;
}

/** The first of all entries that began then or later by the clock on the wall, which may have been set since. */
async function firstOnWall(read: Read, from: number): Promise<number> {
  if (from <= 0) return 0;
  const question =
    'select ifnull(min(sequence), (select ifnull(max(sequence), 0) + 1 from entries)) as first from entries indexed by entries_time where started_at >= ?';
  const [row] = (await read(question, [from])) as readonly { readonly first: number }[];
  return row?.first ?? 0;
}

/** About the first that was held then or later by the clock that nobody sets, in whose order entries are. */
async function firstInTime(read: Read, from: number): Promise<number> {
  const last = 'select ifnull(max(sequence), 0) as sequence, 0 as at from entries';
  const next = `select sequence, held_at + ifnull(held_skew, 0) as at from entries where sequence >= ? and held_at is not null
    order by sequence limit 1`;
  const [newest] = (await read(last, [])) as readonly TimedRow[];
  let [low, high] = [1, (newest?.sequence ?? 0) + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [row] = (await read(next, [middle])) as readonly TimedRow[];
    if (row !== undefined && row.at < from) low = row.sequence + 1;
    else high = middle;
  }
  return low;
}

interface TimedRow {
  readonly sequence: number;
  readonly at: number;
}

/** No call takes as long. */
const longestCallMs = 86_400_000;

/** From when on what is spent counts, on the clock of the budget's windows. */
export function countsFrom({ windows }: KeptBudget, now: Moment): number {
  const { start } = windows.of(now);
  return windows.kind === 'calendar' ? start : start - windows.periodMs;
}

function wantedOf(kept: KeptBudget, now: Moment): object {
  const { owner, budget, windows, number } = kept;
  return {
    ...{ n: number, k: owner.kind, o: owner.id, u: budget.match.endUser, t: budget.match.tag, m: budget.match.model },
    f: countsFrom(kept, now),
    ...(windows.kind === 'calendar' ? { e: windows.of(now).until } : { s: windows.slotMs }),
  };
}

const columns = 'e.end_user, e.tags, e.provider, e.model, e.held_at, e.held_skew, e.started_at';

/** One look through the entries for each kind of owner that is asked for, with an index of its own on what is wanted. */
function owned(kind: LimitOwner['kind']): string {
  return `select w.*, ${columns}, ifnull(e.cost, 0) + ifnull(e.overrun, 0)
      + ifnull((select sum(delta) from adjustments where entry = e.sequence), 0) as amount
    from entries as e join wanted as w on w.k = '${kind}' and w.o = e.${ownerColumn[kind]}
    where e.sequence > ?2 and e.sequence <= ?3`;
}

const ownerColumn = { key: 'key_id', project: 'project_id', organisation: 'organisation_id' } as const;

function statement(kinds: ReadonlySet<LimitOwner['kind']>): string {
  return `with wanted as materialized (
      select value ->> 'n' as n, value ->> 'k' as k, value ->> 'o' as o, value ->> 'u' as u, value ->> 't' as t,
        value ->> 'm' as m, value ->> 'f' as f, value ->> 'e' as e, value ->> 's' as s
      from json_each(?1)
    ),
    owned as (${[...kinds].map(owned).join(' union all ')}),
    timed as (
      select *, ifnull(held_at, started_at) + case when s is null then 0 else ifnull(held_skew, 0) end as at
      from owned where amount <> 0
    ),
    ${matched},
    ${tagged}
    select n, user, tag, model, start, cast(sum(amount / 1000000000) as text) as dollars,
      cast(sum(amount % 1000000000) as text) as nanos
    from tagged group by n, user, tag, model, start`;
}

/** Those that bear what a budget names, in the windows that count now; what is placed in one to come is told by its minute. */
const matched = `matched as (
  select n, case u when '*' then end_user end as user, case m when '*' then provider || '/' || model end as model,
    case when s is not null then at - at % s when at < e then f else at - at % 60000 end as start, amount, t, tags
  from timed
  where at >= f and (u is null or u = end_user or u = '*' and end_user is not null)
    and (m is null or m = provider || '/' || model or m = '*' and provider || '/' || model is not null)
)`;

/** One for each tag that counts; a tag that is there twice counts once. */
const tagged = `tagged as (
  select n, user, null as tag, model, start, amount from matched where t is null
  union all
  select n, user, case t when '*' then each.value end, matched.model, start, amount
  from matched, json_each(ifnull(matched.tags, '[]')) as each
  where t is not null and (t = '*' or t = each.value) and not exists (
    select 1 from json_each(matched.tags) as other where other.value = each.value and other.key < each.key
  )
)`;

interface SpentRow {
  readonly n: number;
  readonly user: string | null;
  readonly tag: string | null;
  readonly model: string | null;
  readonly start: number;
  readonly dollars: string;
  readonly nanos: string;
}

function spentOf(row: SpentRow, byNumber: ReadonlyMap<number, KeptBudget>): Spent {
  const kept = byNumber.get(row.n);
  if (kept === undefined) throw new TypeError(`no budget ${row.n} was asked for`);
  const { endUser, tag, model } = kept.budget.match;
  const starred = [endUser, tag, model].filter((name) => name === '*').length;
  const value = balanceName(starred, [row.user ?? '', row.tag ?? '', row.model ?? '']);
  return { kept, value, start: row.start, spent: BigInt(row.dollars) * 1_000_000_000n + BigInt(row.nanos) };
}

function addUp(sums: Map<string, Spent>, each: Spent): void {
  const name = `${each.kept.number} ${each.start} ${each.value}`;
  const before = sums.get(name);
  sums.set(name, before === undefined ? each : { ...each, spent: before.spent + each.spent });
}
