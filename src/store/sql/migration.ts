import type { Database } from 'bun:sqlite';
import { Failure } from '../../core/failure.ts';
import type { Clock, Log } from '../../core/ports.ts';

/** One step of the schema, forward only; its version is one more than that of the step before. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** Who is told of steps that take long. */
export interface Watcher {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Pick<Log, 'info'>;
}

/**
 * Brings a database to the newest version. Each step is one transaction together with the record of it, so an interrupted
 * one leaves no trace and is done again; a new database takes all of them in one, for they have nothing to change there.
 * Refuses a database that is newer than these migrations or that they did not make.
 */
export function migrate(database: Database, migrations: readonly Migration[], watcher?: Watcher): void {
  if (isNew(database)) {
    whole(database, () => {
      database.run('create table migrations (version integer primary key, name text not null) strict');
      for (const migration of migrations) watched(watcher, migration, () => apply(database, migration));
    });
    return;
  }
  for (const { version, name } of applied(database)) {
    const ours = migrations[version - 1];
    if (ours === undefined) throw tooNew(database, migrations.length);
    if (ours.name !== name) throw stranger(database, `its step ${version} is "${name}" where ours is "${ours.name}"`);
  }
  const done = applied(database).length;
  const missing = migrations.slice(done);
  // Said before it begins, for nothing else can be said while it lasts.
  if (done > 0 && missing.length > 0) {
    const steps = missing.map(({ version, name }) => `${version} ${name}`).join(', ');
    watcher?.log.info(`the database is brought up to date (${steps}); a large ledger takes a while`);
  }
  for (const migration of missing) watched(watcher, migration, () => whole(database, () => apply(database, migration)));
}

/** One that took longer is told of. */
const longMs = 1_000;

function watched(watcher: Watcher | undefined, { version, name }: Migration, work: () => void): void {
  const beganAt = watcher?.clock.monotonic() ?? 0;
  work();
  const ms = Math.round((watcher?.clock.monotonic() ?? 0) - beganAt);
  if (ms > longMs) watcher?.log.info(`step ${version} of the database is done: ${name}`, { ms });
}

interface Applied {
  readonly version: number;
  readonly name: string;
}

function applied(database: Database): readonly Applied[] {
  return database.query<Applied, []>('select version, name from migrations order by version').all();
}

/** Whether nothing was ever put into it. */
function isNew(database: Database): boolean {
  const tables = database
    .query<{ readonly name: string }, []>("select name from sqlite_schema where type = 'table'")
    .all();
  if (tables.some(({ name }) => name === 'migrations')) return false;
  if (tables.length > 0) throw stranger(database, 'it holds tables of something else');
  return true;
}

function whole(database: Database, work: () => void): void {
  database.run('begin immediate');
  try {
    work();
    database.run('commit');
  } catch (thrown) {
    if (database.inTransaction) database.run('rollback');
    throw thrown;
  }
}

function apply(database: Database, { version, name, statements }: Migration): void {
  for (const statement of statements) database.run(statement);
  database.run('insert into migrations (version, name) values (?, ?)', [version, name]);
}

function tooNew(database: Database, known: number): Failure {
  const newest = applied(database).at(-1)?.version;
  return new Failure(
    'gateway-storage-failed',
    `${database.filename} is at schema version ${newest}, but this Trestle knows no later one than ${known}; start the newer Trestle again, or give another directory with --data.`,
  );
}

function stranger(database: Database, why: string): Failure {
  return new Failure(
    'gateway-storage-failed',
    `${database.filename} was not made by this Trestle: ${why}; give another directory with --data.`,
  );
}
