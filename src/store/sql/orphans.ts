import type { Database } from 'bun:sqlite';
import type { Accounts } from '../accounts/accounts.ts';
import type { Entry } from '../store.ts';
import { type Draft, draftIn } from './draft.ts';
import { chargedAlone, heldFor, type Settlement, spentBy } from './holds.ts';
import type { Writer } from './writer.ts';

/** What was held when the process before this one ended. */
export interface FoundHolds {
  /** The attempts that were under way, oldest first. */
  readonly orphans: readonly Orphan[];
  /** No hold on the disk has a higher number. */
  readonly lastHold: number;
}

/** An attempt that was under way, as its entry is to tell it. */
export interface Orphan extends Draft {
  /** Of its hold. */
  readonly number: number;
}

interface OpenRow {
  readonly first: number;
  readonly after: number;
  readonly drafts: string;
}

interface NumberedDraft extends Draft {
  readonly number: number;
}

/**
 * Every hold that has not ended when nobody calls yet. Nobody will come to tell how it ended: it is charged what is known to
 * have been consumed, never more than was held.
 */
export function loadHolds(database: Database): FoundHolds {
  const rows = database.query<OpenRow, []>('select first, after, drafts from open_holds order by first').all();
  const drafts = rows.flatMap(({ first, drafts: lines }) =>
    lines
      .split('\n')
      .flatMap((line, index): readonly NumberedDraft[] =>
        line === '' ? [] : [{ ...draftIn(line), number: first + index }],
      ),
  );
  const after = rows.reduce((least, row) => Math.min(least, row.after), Number.MAX_SAFE_INTEGER);
  const ended = new Set(database.query<number[], [number]>(endedBehind).values(after).flat());
  const costs = new Map(
    database
      .query<{ hold: number; cost: string | null }, []>(noted)
      .all()
      .map(({ hold, cost }) => [hold, cost]),
  );
  const open = drafts.filter(({ number }) => !ended.has(number) && costs.get(number) !== null);
  return { orphans: orphaned(database, open, costs), lastHold: drafts.at(-1)?.number ?? 0 };
}

const endedBehind = 'select hold from entries where sequence > ? and hold is not null';
const noted = 'select hold, cast(cost as text) as cost from hold_notes';

/** In two halves, for either kind of entry has an index of its own: without them every entry there is would be looked at. */
const entriesOfCall = `select attempt, 0 as closing from entries where request_id = ?1 and closing = 0
  union all select attempt, 1 from entries where request_id = ?1 and closing = 1`;

/** The last attempt of a call closes it, if nothing else has. */
function orphaned(
  database: Database,
  open: readonly NumberedDraft[],
  costs: ReadonlyMap<number, string | null>,
): readonly Orphan[] {
  const told = new Set<string>();
  const entries = database.query<{ readonly attempt: number; readonly closing: number }, [string]>(entriesOfCall);
  const orphans = open.toReversed().map((draft): Orphan => {
    const { requestId } = draft.entry;
    for (const each of entries.all(requestId)) {
      told.add(each.closing === 1 ? requestId : `${requestId} ${each.attempt}`);
    }
    const closing = !told.has(requestId);
    let { attempt } = draft.entry;
    while (!closing && told.has(`${requestId} ${attempt}`)) attempt += 1;
    told.add(closing ? requestId : `${requestId} ${attempt}`);
    const seen = costs.get(draft.number) ?? undefined;
    return {
      ...draft,
      entry: { ...chargedEntry(draft, seen === undefined ? undefined : BigInt(seen)), closing, attempt },
    };
  });
  return orphans.toReversed();
}

function chargedEntry({ entry, amount }: Draft, seen: bigint | undefined): Entry {
  const least = entry.cost;
  const known = seen === undefined || (least !== undefined && least > seen) ? least : seen;
  return {
    ...entry,
    ...{ settlement: 'expired', flags: [...entry.flags, 'orphaned'] },
    ...(known === undefined ? {} : { cost: known > amount ? amount : known }),
  };
}

export interface OrphanTools {
  readonly accounts: Accounts;
  readonly writer: Pick<Writer, 'write'>;
  append(entry: Entry, settlement: Settlement): Promise<void>;
}

/**
 * Charges them in the windows in which they were placed; nothing is held afterwards. If it is interrupted, those whose entry is
 * there have ended, and the others are charged the next time.
 */
export async function settleOrphans(found: FoundHolds, { accounts, writer, append }: OrphanTools): Promise<void> {
  const { orphans, lastHold } = found;
  if (lastHold === 0) return;
  await Promise.all(
    orphans.map((orphan) => {
      const { entry, moment, number } = orphan;
      const { spending } = chargedAlone(accounts, entry, { spent: spentBy(entry), moment });
      return append(entry, { held: heldFor(number, orphan), ...(spending === undefined ? {} : { spending }) });
    }),
  );
  await writer.write({
    sql: 'delete from open_holds',
    rows: [[]],
    also: [{ sql: 'delete from hold_notes', rows: [[]] }],
  });
}
