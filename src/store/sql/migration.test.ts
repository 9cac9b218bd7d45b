import { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from './connection.ts';
import { makeDirectory, privateFile } from './directory.ts';
import { type Migration, migrate } from './migration.ts';
import { migrations } from './migrations/index.ts';

const home = mkdtempSync(join(tmpdir(), 'trestle-migration-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const first: Migration = {
  version: 1,
  name: 'first',
  statements: ['create table a (x integer) strict', 'create table b (y integer) strict', 'insert into a values (1)'],
};
const second: Migration = {
  version: 2,
  name: 'second',
  statements: ['alter table a add column z integer', 'insert into b select x from a', 'create index b_y on b (y)'],
};

test('steps are done once, in order, from wherever a database stands', () => {
  const database = fresh('order');
  migrate(database, [first]);
  migrate(database, [first, second]);
  migrate(database, [first, second]);
  expect(content(database)).toEqual(finished);
  database.close();
});

test('steps are announced before they begin, and one that took over a second is told of; a new database needs no word', () => {
  const said: string[] = [];
  const log = {
    info: (message: string, fields?: object) => void said.push(`${message} ${JSON.stringify(fields ?? {})}`),
  };
  let now = 0;
  const clock = { monotonic: () => now };
  const database = fresh('watched');
  migrate(database, [first], { clock, log });
  expect(said).toEqual([]);
  const slow: Migration = {
    ...{ version: 2, name: 'slow' },
    get statements() {
      now += 41_000;
      return second.statements;
    },
  };
  const quick: Migration = { version: 3, name: 'quick', statements: [] };
  migrate(database, [first, slow, quick], { clock, log });
  expect(said).toEqual([
    'the database is brought up to date (2 slow, 3 quick); a large ledger takes a while {}',
    'step 2 of the database is done: slow {"ms":41000}',
  ]);
  migrate(database, [first, slow, quick], { clock, log });
  expect(said).toHaveLength(2);
  database.close();
});

test('a first start that was cut short at any statement leaves nothing, and the next one makes all of it', () => {
  const crashes = crashesOf('cut-first', [], [first, second]);
  expect(crashes.length).toBeGreaterThan(8);
  for (const crash of crashes) {
    const database = connect(join(crash, 'trestle.db'));
    expect(tables(database)).toEqual([]);
    migrate(database, [first, second]);
    expect(content(database)).toEqual(finished);
    database.close();
  }
});

test('a later start that was cut short at any statement leaves whole steps, and the next one goes on from there', () => {
  const third: Migration = {
    version: 3,
    name: 'third',
    statements: ['update a set z = x', 'insert into b values (2)'],
  };
  const crashes = crashesOf('cut-later', [first], [first, second, third]);
  const steps = crashes.map((crash) => {
    const database = connect(join(crash, 'trestle.db'));
    const before = database.query('select name from migrations order by version').values().flat().join();
    migrate(database, [first, second, third]);
    expect(content(database)).toEqual({ ...finished, a: [{ x: 1, z: 1 }], b: [{ y: 1 }, { y: 2 }] });
    database.close();
    return before;
  });
  expect(new Set(steps)).toEqual(new Set(['first', 'first,second']));
});

/** Directories as they are on the disk before each statement that brings a database from some steps to others. */
function crashesOf(name: string, from: readonly Migration[], to: readonly Migration[]): readonly string[] {
  const path = privateFile(folder(name), 'trestle.db');
  const before = connect(path);
  if (from.length > 0) migrate(before, from);
  before.close();
  const crashes: string[] = [];
  const filming = new FilmedDatabase(path, () => {
    const crash = join(home, `${name}-${crashes.length}`);
    cpSync(join(home, name), crash, { recursive: true });
    crashes.push(crash);
  });
  migrate(filming, to);
  filming.close();
  return crashes;
}

test('a step that fails is undone as a whole', () => {
  const database = fresh('failing');
  const failing: Migration = {
    version: 2,
    name: 'second',
    statements: ['create table c (x integer)', 'insert into nowhere values (1)'],
  };
  migrate(database, [first]);
  expect(() => migrate(database, [first, failing])).toThrow('no such table: nowhere');
  expect(tables(database)).toEqual(['a', 'b', 'migrations']);
  migrate(database, [first, second]);
  expect(content(database)).toEqual(finished);
  database.close();
});

test('a database that is newer than the program is refused with both versions, and left alone', () => {
  const database = fresh('newer');
  migrate(database, [first, second]);
  expect(() => migrate(database, [first])).toThrow(
    'is at schema version 2, but this Trestle knows no later one than 1; start the newer Trestle again, or give another directory with --data.',
  );
  expect(content(database)).toEqual(finished);
  database.close();
});

test('a database that somebody else made is refused, and left alone', () => {
  const foreign = fresh('foreign');
  foreign.run('create table theirs (x integer)');
  expect(() => migrate(foreign, [first])).toThrow('was not made by this Trestle: it holds tables of something else');
  expect(tables(foreign)).toEqual(['theirs']);
  const fork = fresh('fork');
  migrate(fork, [{ ...first, name: 'other' }]);
  expect(() => migrate(fork, [first])).toThrow('its step 1 is "other" where ours is "first"');
  foreign.close();
  fork.close();
});

test('the steps of this Trestle are numbered without a gap, and named once', () => {
  expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
  expect(new Set(migrations.map(({ name }) => name)).size).toBe(migrations.length);
});

const finished = { tables: ['a', 'b', 'migrations'], a: [{ x: 1, z: null }], b: [{ y: 1 }] };

function content(database: Database): unknown {
  return {
    tables: tables(database),
    a: database.query('select * from a').all(),
    b: database.query('select * from b').all(),
  };
}

function tables(database: Database): readonly string[] {
  const rows = database
    .query<{ name: string }, []>("select name from sqlite_schema where type = 'table' order by name")
    .all();
  return rows.map(({ name }) => name);
}

/** Shows what is on the disk before each statement: what a crash there would leave. */
class FilmedDatabase extends Database {
  readonly #film: () => void;

  constructor(path: string, film: () => void) {
    super(path, { readwrite: true, create: false, strict: true });
    this.#film = film;
  }

  override run(...statement: Parameters<Database['run']>): ReturnType<Database['run']> {
    this.#film();
    return super.run(...statement);
  }
}

function fresh(name: string): Database {
  return connect(privateFile(folder(name), 'trestle.db'));
}

function folder(name: string): string {
  makeDirectory(join(home, name));
  return join(home, name);
}
