import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from './connection.ts';
import { privateFile } from './directory.ts';

const home = mkdtempSync(join(tmpdir(), 'trestle-connection-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('a commit is synced to the disk, and a busy database is waited for', () => {
  const connection = connect(privateFile(home, 'trestle.db'));
  const settings = ['journal_mode', 'synchronous', 'busy_timeout', 'foreign_keys', 'recursive_triggers'].map(
    (name) => connection.query<object, []>(`pragma ${name}`).values()[0]?.[0],
  );
  expect(settings).toEqual(['wal', 2, 5000, 1, 1]);
  connection.close();
});
