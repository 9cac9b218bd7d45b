import type { Database } from 'bun:sqlite';
import type { LimitMatch, LimitOwner } from '../../core/limit.ts';
import type { Value } from './batch.ts';
import { summand } from './exact-sum.ts';
import { ownerColumn, type ScopeColumn, SpendingTally, scopeColumns } from './spending-tally.ts';
import type { Walker } from './walks.ts';

export interface SpendingAsked {
  readonly wanted: readonly WantedSpending[];
  /** Corrections up to this one count. */
  readonly adjusted: number;
}

/** Whose spending, of what, from when on. */
export interface WantedSpending {
  readonly number: number;
  readonly owner: LimitOwner;
  readonly match: LimitMatch;
  /** Epoch milliseconds, on the clock of the windows. */
  readonly from: number;
  /** The end of a calendar's window, or how long the slots are of one that rolls. */
  readonly window: { readonly until: number } | { readonly slotMs: number };
}

/** Adds up from the entries themselves whom they concern, and from nothing that was noted when they were charged. */
export function spendingWalk(database: Database, { wanted, adjusted }: SpendingAsked): Walker {
  const columns = scopeColumns(wanted);
  const owners = ownersOf(wanted);
  const tally = new SpendingTally(wanted, columns);
  const select = { columns, isOwned: isOwnedBy(owners) };
  const entries = database.prepare<unknown, Value[]>(entriesIn(select));
  const adjustments = database.prepare<unknown, Value[]>(adjustmentsIn(select));
  const ids = [...owners.values()].flat();
  return {
    through({ after, upTo }) {
      tally.add(entries.values(after, upTo, ...ids) as Value[][]);
      tally.add(adjustments.values(after, upTo, ...ids, adjusted) as Value[][]);
    },
    found: () => tally.found(),
  };
}

type Owners = ReadonlyMap<LimitOwner['kind'], readonly string[]>;

/** Where there are more, all entries are read. */
const mostOwners = 100;

/** Whose entries are read; of nobody if everybody's are. */
function ownersOf(wanted: readonly WantedSpending[]): Owners {
  const owners = Map.groupBy(wanted, ({ owner }) => owner.kind);
  const ids = [...owners].map(([kind, all]) => [kind, [...new Set(all.map(({ owner }) => owner.id))]] as const);
  return new Map(ids.some(([, all]) => all.length > mostOwners) ? [] : ids);
}

function isOwnedBy(owners: Owners): string {
  const kinds = [...owners].map(([kind, ids]) => `e.${ownerColumn[kind]} in (${ids.map(() => '?').join(', ')})`);
  return kinds.length === 0 ? 'true' : `(${kinds.join(' or ')})`;
}

interface Selected {
  readonly columns: readonly ScopeColumn[];
  readonly isOwned: string;
}

/** When money was held on the clock on the wall, or, if nothing was, the attempt began; and on the clock that nobody sets. */
const wall = 'ifnull(e.held_at, e.started_at)';
const times = `${wall}, ${wall} + ifnull(e.held_skew, 0)`;

function entriesIn({ columns, isOwned }: Selected): string {
  return `select ${summand('(ifnull(e.cost, 0) + ifnull(e.overrun, 0))')}, ${times}, ${columns.map((name) => `e.${name}`).join(', ')}
    from entries as e
    where e.sequence > ? and e.sequence <= ? and (e.cost <> 0 or e.overrun <> 0) and ${isOwned}`;
}

/** A correction counts where and when its entry does. Each is a row: the sum of many could be more than an integer holds. */
function adjustmentsIn({ columns, isOwned }: Selected): string {
  return `select ${summand('a.delta')}, ${times}, ${columns.map((name) => `e.${name}`).join(', ')}
    from adjustments as a cross join entries as e on e.sequence = a.entry
    where a.entry > ? and a.entry <= ? and a.delta <> 0 and ${isOwned} and +a.sequence <= ?`;
}
