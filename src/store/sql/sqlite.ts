import { Failure } from '../../core/failure.ts';
import type { Clock } from '../../core/ports.ts';
import type { Key, Store } from '../store.ts';
import { openAudit } from './audit.ts';
import { connect } from './connection.ts';
import { makeDirectory, privateFile } from './directory.ts';
import { loadKeys, openKeys } from './keys.ts';
import { lastSequence, openLedger } from './ledger.ts';
import { type Lock, lockDirectory } from './lock.ts';
import { migrate } from './migration.ts';
import { migrations } from './migrations/index.ts';
import { openPrices } from './prices.ts';
import { queries } from './queries.ts';
import { Reader, readerThread } from './reader.ts';
import { openSettings } from './settings.ts';
import { type KnownTenants, loadTenants, openTenants } from './tenants.ts';
import { Writer, writerThread } from './writer.ts';

export interface SqliteOptions {
  readonly directory: string;
  readonly clock: Clock;
}

/**
 * Opens the store that lives in a directory on this machine, and takes the directory for this process. Throws
 * `gateway-storage-failed` if another Trestle has it, or if it cannot be read or written.
 */
export async function openSqlite({ directory, clock }: SqliteOptions): Promise<Store> {
  makeDirectory(directory);
  const lock = lockDirectory(directory, { process: process.pid, since: clock.now() });
  try {
    return await openLocked(privateFile(directory, 'trestle.db'), clock, lock);
  } catch (thrown) {
    lock.release();
    throw thrown instanceof Failure ? thrown : unreadable(directory, thrown);
  }
}

async function openLocked(path: string, clock: Clock, lock: Lock): Promise<Store> {
  const { tenants, keys, last } = await prepare(path);
  const writer = await startWriter(path);
  const reader = new Reader(readerThread(path), clock);
  const database = queries((sql, parameters) => reader.query(sql, parameters));
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    reader.close();
    await writer.close();
    lock.release();
  };
  return {
    tenants: openTenants({ database, writer, known: tenants }),
    keys: openKeys({ database, writer, tenants, known: keys }),
    ledger: openLedger({ database, writer, last }),
    prices: openPrices({ database, writer }),
    settings: openSettings({ database, writer }),
    audit: openAudit({ database, writer }),
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** A writer that has shown that it can write, with its thread running before the first call needs it. */
async function startWriter(path: string): Promise<Writer> {
  const writer = new Writer(writerThread(path));
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
  readonly keys: readonly Key[];
  readonly last: number;
}

/** Brings the schema up to date on a connection of its own, and reads what is kept in memory. */
async function prepare(path: string): Promise<Known> {
  const connection = connect(path);
  try {
    migrate(connection, migrations);
    const database = queries(async (sql, parameters) =>
      connection.query<object, (string | number | null)[]>(sql).all(...parameters),
    );
    return { tenants: await loadTenants(database), keys: await loadKeys(database), last: await lastSequence(database) };
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
