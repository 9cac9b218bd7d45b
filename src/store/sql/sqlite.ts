import { Failure } from '../../core/failure.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type { Key, Store } from '../store.ts';
import { openAnswers } from './answers.ts';
import { openAudit } from './audit.ts';
import { type FoundMoney, loadMoney, openBookkeeping } from './bookkeeping.ts';
import { recover } from './committer.ts';
import { connect } from './connection.ts';
import { makeDirectory, privateFile } from './directory.ts';
import { openEvents } from './events.ts';
import { loadKeys, openKeys } from './keys.ts';
import { openLedger } from './ledger.ts';
import { budgetedKeys, budgetedTenants, budgetsInForce } from './limited.ts';
import { openLimits } from './limits.ts';
import { type Lock, lockDirectory } from './lock.ts';
import { migrate, type Watcher } from './migration.ts';
import { migrations } from './migrations/index.ts';
import { openPrices } from './prices.ts';
import { queries } from './queries.ts';
import { Reader, readerThread, type StartReader } from './reader.ts';
import { Register } from './register.ts';
import { Follower, followerThread, type StartFollower, usualBlockSize } from './reports/follower.ts';
import { openSettings } from './settings.ts';
import { type KnownTenants, loadTenants, openTenants } from './tenants.ts';
import type { WalkTools } from './walk.ts';
import { type Soon, type StartWriter, Writer, writerThread } from './writer.ts';

export interface SqliteOptions {
  readonly directory: string;
  readonly clock: Clock;
  /** Real ones if absent; a simulation brings its own. */
  readonly threads?: Threads;
  readonly log?: Pick<Log, 'info' | 'warn'>;
  /** How many sequences are taken up for reports at a time. */
  readonly reportBlock?: number;
}

/** Who writes to the database at a path, and who reads from it. */
export interface Threads {
  readonly writer: (path: string) => StartWriter;
  /** At the end of a turn of the event loop if absent. */
  readonly soon?: Soon;
  readonly reader: (path: string) => StartReader;
  /** Takes entries up for reports; where nobody does, each report reads the ledger itself. */
  readonly follower?: (path: string, blockSize: number) => StartFollower;
}

const ownThreads: Threads = { writer: writerThread, reader: readerThread, follower: followerThread };
const silent = { info: () => undefined, warn: () => undefined };

/**
 * Opens the store that lives in a directory on this machine, and takes the directory for this process. Throws
 * `gateway-storage-failed` if another Trestle has it, or if it cannot be read or written.
 */
export async function openSqlite(options: SqliteOptions): Promise<Store> {
  const { directory, clock, threads = ownThreads, log = silent, reportBlock = usualBlockSize } = options;
  makeDirectory(directory);
  const lock = lockDirectory(directory, { process: process.pid, since: clock.now() });
  try {
    return await openLocked(privateFile(directory, 'trestle.db'), { clock, threads, log, reportBlock, lock });
  } catch (thrown) {
    lock.release();
    throw thrown instanceof Failure ? thrown : unreadable(directory, thrown);
  }
}

interface Opening extends Required<Omit<SqliteOptions, 'directory'>> {
  readonly lock: Lock;
}

async function openLocked(path: string, opening: Opening): Promise<Store> {
  const { clock, threads, lock } = opening;
  const { tenants, keys, money } = await prepare(path, opening);
  const writer = await startWriter(new Writer(threads.writer(path), clock, threads.soon));
  const reader = new Reader(threads.reader(path), clock, () => writer.caughtUp());
  const database = queries((sql, parameters) => reader.query(sql, parameters));
  const follower = openFollower(path, opening, money.last);
  let closed: Promise<void> | undefined;
  const endThreads = async (): Promise<void> => {
    follower.close();
    reader.close();
    await writer.close();
  };
  const walking: WalkTools = {
    ...{ clock, log: opening.log },
    read: (sql, parameters) => reader.query(sql, parameters),
    step: (step) => reader.walk(step),
  };
  const limits = openLimits({ walking, keys, tenants });
  const bookkeeping = await openBookkeeping({
    ...{ ...walking, clock, writer, limits, found: money },
    budgets: budgetsInForce(keys, tenants),
    noted: (sequence) => follower.noted(sequence),
  }).catch(async (thrown: unknown) => {
    await endThreads();
    throw thrown;
  });
  return {
    tenants: budgetedTenants(openTenants({ database, writer, known: tenants }), bookkeeping.book),
    keys: budgetedKeys(openKeys({ database, writer, tenants, known: keys }), bookkeeping.book),
    limits,
    ledger: openLedger({ database, writer, reader, clock, bookkeeping }),
    holds: bookkeeping.holds,
    prices: openPrices({ database, writer }),
    settings: openSettings({ database, writer }),
    audit: openAudit({ database, writer }),
    answers: openAnswers({ database, writer }),
    events: openEvents({ database, writer }),
    close: () => {
      closed ??= endThreads().then(() => lock.release());
      return closed;
    },
  };
}

function openFollower(path: string, { threads, clock, log, reportBlock }: Opening, last: number) {
  if (threads.follower === undefined) return { noted: () => undefined, close: () => undefined };
  return new Follower({ start: threads.follower(path, reportBlock), clock, log, blockSize: reportBlock }, last);
}

/** A writer that has shown that it can write, with its thread running before the first call needs it. */
async function startWriter(writer: Writer): Promise<Writer> {
  try {
    await writer.write({ sql: 'select 1', rows: [] });
    return writer;
  } catch (thrown) {
    await writer.close();
    throw thrown;
  }
}

/** What is read once, before anybody calls. */
interface Known {
  readonly tenants: KnownTenants;
  readonly keys: Register<Key>;
  readonly money: FoundMoney;
}

/** Brings the schema up to date on a connection of its own, and reads what is kept in memory. */
async function prepare(path: string, watcher: Watcher): Promise<Known> {
  const connection = connect(path);
  try {
    migrate(connection, migrations, watcher);
    recover(path, connect);
    const database = queries(async (sql, parameters) =>
      connection.query<object, (string | number | null)[]>(sql).all(...parameters),
    );
    return {
      tenants: await loadTenants(database),
      keys: new Register('key', await loadKeys(database)),
      money: loadMoney(connection),
    };
  } finally {
    connection.close();
  }
}

function unreadable(directory: string, cause: unknown): Failure {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Failure(
    'gateway-storage-failed',
    `The database in ${directory} cannot be opened (${why}); restore it from a backup, or give another directory with --data.`,
    { cause },
  );
}
