import type { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareEntry } from '../contract-examples.ts';
import type { Receipt, Row, Write } from './batch.ts';
import { openCommitter } from './committer.ts';
import { connect } from './connection.ts';
import { makeDirectory, privateFile } from './directory.ts';
import { entryRow } from './entry.ts';
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
  const committer = openCommitter(() => connect(away ? join(home, 'nowhere', 'trestle.db') : path));
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

interface Stage {
  readonly path: string;
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
  const committer = openCommitter(() => {
    const connection = connect(path);
    connections.push(connection);
    return connection;
  });
  return {
    path,
    connections,
    commit: (entries, writes = []) => committer.commit(JSON.stringify({ entries, writes })),
    sequences: () => own.query('select sequence from entries order by sequence').values().flat(),
    pages: () => Number(own.query('pragma page_count').values()[0]?.[0]),
  };
}

function entry(sequence: number): Row {
  return entryRow(sequence, { ...bareEntry, requestId: `req_${sequence}` });
}
