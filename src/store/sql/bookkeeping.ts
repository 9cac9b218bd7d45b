import type { Database } from 'bun:sqlite';
import type { Event } from '../../core/event.ts';
import type { Clock } from '../../core/ports.ts';
import { Accounts } from '../accounts/accounts.ts';
import { budgetWatch } from '../accounts/budget-watch.ts';
import { LedgerTime } from '../accounts/ledger-time.ts';
import { overrunEvent } from '../overrun-event.ts';
import type { Entry, Hold, Holds, Limits } from '../store.ts';
import { type BalanceRow, BudgetBook, type KeptRow, type KeptRows, type Owned } from './budget-book.ts';
import { entryRow } from './entry.ts';
import { eventWrite } from './events.ts';
import { openHolds, type Settlement } from './holds.ts';
import { type FoundHolds, loadHolds, settleOrphans } from './orphans.ts';
import { verifyBalances } from './verify.ts';
import type { WalkTools } from './walk.ts';
import type { Writer } from './writer.ts';

/** What of money was found on the disk when nobody had called yet. */
export interface FoundMoney extends KeptRows, FoundHolds {
  /** The latest moment that an entry or a hold knows, on the clock that nobody sets. */
  readonly steady: number;
  /** The sequence of the last entry there is. */
  readonly last: number;
}

export interface BookkeepingTools extends WalkTools {
  readonly clock: Clock;
  readonly writer: Writer;
  readonly limits: Pick<Limits, 'of'>;
  /** Every budget that is in force. */
  readonly budgets: readonly Owned[];
  readonly found: FoundMoney;
  /** Told of the sequence of each entry. */
  noted(sequence: number): void;
}

export interface Bookkeeping {
  readonly holds: Holds;
  readonly book: BudgetBook;
  append(entry: Entry, hold?: Hold): Promise<void>;
}

/**
 * Opens the books: what was spent in the windows of now is in memory, and what was under way when the process before this one
 * ended is charged and durable.
 */
export async function openBookkeeping(tools: BookkeepingTools): Promise<Bookkeeping> {
  const { clock, writer, limits, found, noted } = tools;
  let sequence = found.last;
  /** What is told in the step of an entry is in its commit. */
  const tell = (events: readonly Event[]): void => void writer.write(eventWrite(events)).catch(() => undefined);
  const append = (entry: Entry, { held, spending }: Settlement): Promise<void> => {
    const overrun = overrunEvent(entry);
    if (overrun !== undefined) tell([overrun]);
    sequence += 1;
    noted(sequence);
    return writer.append(entryRow(sequence, entry, held), spending);
  };
  const time = new LedgerTime(clock, found.steady);
  const accounts: Accounts = new Accounts({
    time,
    budgetsOf: (entry) => limits.of(entry),
    begun: (kept) => book.begun(kept),
    ...budgetWatch({ time, tell }),
  });
  const book = new BudgetBook({ ...tools, accounts, time, sequence: () => sequence });
  await book.open(tools.budgets, found);
  await settleOrphans(found, { accounts, writer, append });
  const { settle, ...holds } = openHolds({
    accounts,
    writer,
    last: found.lastHold,
    sequence: () => sequence,
    tidy: () => book.tidy(),
  });
  return {
    book,
    append: (entry, hold) => append(entry, settle(entry, hold)),
    holds: {
      ...holds,
      verify: async () => {
        await book.settled();
        return verifyBalances({ ...tools, accounts, time, sequence: () => sequence, adjusted: book.adjusted });
      },
    },
  };
}

/** What the disk tells of money, read before anybody calls. */
export function loadMoney(database: Database): FoundMoney {
  const holds = loadHolds(database);
  const newest = database
    .query<{ readonly last: number; readonly steady: number; readonly adjusted: number }, []>(latest)
    .get();
  return {
    ...holds,
    last: newest?.last ?? 0,
    steady: holds.orphans.reduce((latest, { moment }) => Math.max(latest, moment.steady), newest?.steady ?? 0),
    kept: database.query<KeptRow, []>('select number, budget_id, shape, since, adjusted from budgets_kept').all(),
    adjusted: newest?.adjusted ?? 0,
    balances: database
      .query<BalanceRow, []>('select budget, value, start, cast(spent as text) as spent from balances')
      .all(),
  };
}

/** Entries are appended about in the order of their time. */
const latest = `select ifnull(max(sequence), 0) as last, ifnull(max(held_at + ifnull(held_skew, 0)), 0) as steady,
    (select ifnull(max(sequence), 0) from adjustments) as adjusted
  from (select sequence, held_at, held_skew from entries order by sequence desc limit 1000)`;
