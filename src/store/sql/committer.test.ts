import type { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareEntry } from '../contract-examples.ts';
import { aheadLog } from './ahead-log.ts';
import type { Batch, Receipt, Row, Write } from './batch.ts';
import { batchText } from './batch-text.ts';
import { type Committer, openCommitter, recover } from './committer.ts';
import { connect } from './connection.ts';
import { makeDirectory, privateFile } from './directory.ts';
import { entryColumns, entryRow } from './entry.ts';
import { migrate } from './migration.ts';
import { migrations } from './migrations/index.ts';

const home = mkdtempSync(join(tmpdir(), 'trestle-committer-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const done: Receipt = { kind: 'committed', refused: [] };

test('a full disk breaks a batch as a whole, and all is well when there is room again', () => {
  const { commit, sequences, connections, pages } = stage('full');
  expect(commit([entry(1)])).toEqual(done);
  connections.at(-1)?.run(`pragma max_page_count = ${pages() + 2}`);
  const many = Array.from({ length: 200 }, (_, n) => entry(n + 2));
  expect(commit(many)).toEqual({ kind: 'broken', cause: 'database or disk is full' });
  expect(sequences()).toEqual([1]);
  expect(commit(many)).toEqual(done);
  expect(sequences().length).toBe(201);
});

test('after a failure it connects anew, and says why if it cannot', () => {
  let away = true;
  const { path } = stage('away');
  const committer = openCommitter(path, () => connect(away ? join(home, 'nowhere', 'trestle.db') : path));
  const batch = JSON.stringify({ entries: [entry(1)], writes: [] });
  expect(committer.commit(batch)).toEqual({ kind: 'broken', cause: 'unable to open database file' });
  away = false;
  expect(committer.commit(batch)).toEqual(done);
  committer.close();
});

test('a batch that is sent again is written once', () => {
  const { commit, sequences } = stage('again');
  expect(commit([entry(1), entry(2)])).toEqual(done);
  expect(commit([entry(1), entry(2), entry(3)])).toEqual(done);
  expect(sequences()).toEqual([1, 2, 3]);
});

test('an entry whose number is taken by another is refused, and does not pass for one sent again', () => {
  const { commit, sequences } = stage('number');
  const other = entryRow(1, { ...bareEntry, requestId: 'req_other' });
  expect(commit([entry(1)])).toEqual(done);
  expect(commit([entry(2), other])).toEqual({
    kind: 'committed',
    refused: [{ index: 1, cause: 'the entry number 1 is taken by another entry' }],
  });
  expect(sequences()).toEqual([1, 2]);
});

test('a statement of which one row is not allowed writes none of its rows, and disturbs no other', () => {
  const { commit, sequences, connections } = stage('rows');
  const sql = 'insert into organisations (id, name, created_at) values (?, ?, ?)';
  const bad: Write = {
    sql,
    rows: [
      ['org_1', 'a', 1],
      ['org_2', null, 1],
    ],
  };
  const good: Write = {
    sql,
    rows: [
      ['org_3', 'b', 1],
      ['org_4', 'c', 1],
    ],
  };
  expect(commit([entry(1)], [bad, good])).toEqual({
    kind: 'committed',
    refused: [{ index: 1, cause: 'NOT NULL constraint failed: organisations.name' }],
  });
  expect(connections[0]?.query('select id from organisations').values()).toEqual([['org_3'], ['org_4']]);
  expect(sequences()).toEqual([1]);
});

test('what is written together with a statement is there with it, or neither is', () => {
  const { commit, connections } = stage('together');
  const sql = 'insert into organisations (id, name, created_at) values (?, ?, ?)';
  const together = (id: string, other: string | null): Write => ({
    sql,
    rows: [[id, 'a', 1]],
    also: [{ sql, rows: [[`${id}_also`, other, 1]] }],
  });
  expect(commit([], [together('org_1', null), together('org_2', 'b')])).toEqual({
    kind: 'committed',
    refused: [{ index: 0, cause: 'NOT NULL constraint failed: organisations.name' }],
  });
  expect(connections[0]?.query('select id from organisations').values()).toEqual([['org_2'], ['org_2_also']]);
});

test('what was committed is there after the power went, though the database did not have it yet', () => {
  const { path, commit, committer, own } = stage('power');
  expect(commit([entry(1)])).toEqual(done);
  expect(committer.commit(holding([5, 1], 'draft 5\ndraft 6', { notes: [[6, 30]] }))).toEqual(done);
  expect(committer.commit(spending(2, 40))).toEqual(done);
  expect(own.query('select sequence from entries').values()).toEqual([]);
  committer.drop();
  recover(path, connect);
  recover(path, connect);
  expect(own.query('select sequence from entries').values()).toEqual([[1], [2]]);
  expect(own.query('select * from open_holds').values()).toEqual([[5, 1, 'draft 5\ndraft 6']]);
  expect(own.query('select * from hold_notes').values()).toEqual([[6, 30]]);
  expect(own.query('select spent from balances').values()).toEqual([[40]]);
});

test('what the database has is not taken from the log a second time', () => {
  const { path, committer, own, settle } = stage('twice');
  committer.commit(spending(1, 40));
  committer.commit(holding([5, 1], 'draft 5'));
  const before = readFileSync(`${path}-ahead`);
  committer.commit(JSON.stringify({ entries: [], writes: [], ended: [[5, 5]] }));
  settle();
  committer.drop();
  writeFileSync(`${path}-ahead`, before);
  recover(path, connect);
  expect(own.query('select spent from balances').values()).toEqual([[40]]);
  expect(own.query('select * from open_holds').values()).toEqual([]);
});

test('after a failure it goes on from what the log has', () => {
  const { committer, connections, pages, own } = stage('go-on');
  committer.commit(holding([5, 0], 'draft 5'));
  committer.commit(spending(1, 40));
  connections.at(-1)?.run(`pragma max_page_count = ${pages() + 1}`);
  const wide = Array.from({ length: 300 }, (_, n) => entry(n + 2));
  expect(committer.commit(JSON.stringify({ entries: wide, writes: [] })).kind).toBe('broken');
  expect(committer.commit(spending(2, 2))).toEqual(done);
  committer.close();
  expect(own.query('select sequence from entries').values()).toEqual([[1], [2]]);
  expect(own.query('select first from open_holds').values()).toEqual([[5]]);
  expect(own.query('select spent from balances').values()).toEqual([[42]]);
});

test('when the log is full the database is brought up to date', () => {
  const { commit, own } = stage('room');
  for (let first = 1; first < 6_000; first += 50)
    expect(commit(Array.from({ length: 50 }, (_, n) => entry(first + n)))).toEqual(done);
  const there = Number(own.query('select count(*) from entries').values()[0]?.[0]);
  expect(there).toBeGreaterThan(500);
  expect(there).toBeLessThan(6_000);
});

test('a log that has other columns than these is read by its own', () => {
  const { path, own } = stage('columns');
  const generation = Number(own.query('select generation from ahead').values()[0]?.[0]);
  const places = entryColumns
    .flatMap((name, index) => (name === 'overrun' ? [] : [[name, index] as const]))
    .toReversed();
  const log = aheadLog(`${path}-ahead`, { preamble: JSON.stringify(places.map(([name]) => name)) });
  log.open(generation);
  const row = entry(1);
  log.append(JSON.stringify({ entries: [places.map(([, index]) => row[index])], writes: [] }));
  log.close();
  recover(path, connect);
  const read = `select ${entryColumns.join(', ')} from entries`;
  expect(own.query(read).values()).toEqual([[...row]]);
});

test('holds that are sent again when the database has them end all the same', () => {
  const { committer, own, settle } = stage('ghost');
  const held = holding([5, 0], 'draft 5\ndraft 6', { notes: [[5, 7]] });
  committer.commit(held);
  settle();
  expect(own.query('select first from open_holds').values()).toEqual([[5]]);
  committer.commit(held);
  committer.commit(JSON.stringify({ entries: [], writes: [], ended: [[5, 6]] }));
  settle();
  expect(own.query('select first from open_holds').values()).toEqual([]);
  expect(own.query('select hold from hold_notes').values()).toEqual([]);
});

interface Stage {
  readonly path: string;
  readonly committer: Committer;
  /** A connection of the test's. */
  readonly own: Database;
  /** Brings the database up to date. */
  readonly settle: () => void;
  readonly commit: (entries: readonly Row[], writes?: readonly Write[]) => Receipt;
  /** Those that the committer opened, and one of our own at the front. */
  readonly connections: Database[];
  readonly sequences: () => readonly unknown[];
  readonly pages: () => number;
}

/** A new database with the schema in it, and a committer on it. */
function stage(name: string): Stage {
  const directory = join(home, name);
  makeDirectory(directory);
  const path = privateFile(directory, 'trestle.db');
  const own = connect(path);
  migrate(own, migrations);
  const connections = [own];
  const committer = openCommitter(path, () => {
    const connection = connect(path);
    connections.push(connection);
    return connection;
  });
  const settle = (): void => {
    expect(committer.commit(JSON.stringify({ entries: [], writes: [{ sql: 'select 1', rows: [] }] }))).toEqual(done);
  };
  return {
    ...{ path, connections, committer, own, settle },
    commit: (entries, writes = []) => committer.commit(JSON.stringify({ entries, writes })),
    sequences() {
      settle();
      return own.query('select sequence from entries order by sequence').values().flat();
    },
    pages: () => Number(own.query('pragma page_count').values()[0]?.[0]),
  };
}

function holding(held: Batch['held'], drafts: string, also: Pick<Batch, 'notes'> = {}): string {
  return batchText({ entries: [], writes: [], ...(held === undefined ? {} : { held }), ...also }, drafts);
}

/** A batch of one entry that takes so much from a budget. */
function spending(sequence: number, spent: number): string {
  return batchText({ entries: [entry(sequence)], writes: [], settled: [[0, spent, 1, '', 0]] }, '');
}

function entry(sequence: number): Row {
  return entryRow(sequence, { ...bareEntry, requestId: `req_${sequence}` });
}
