import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { makeDirectory, privateFile } from './directory.ts';
import { lockDirectory } from './lock.ts';

const home = mkdtempSync(join(tmpdir(), 'trestle-lock-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const owner = { process: 1234, since: 1_763_690_000_000 };

test('a directory has one owner, and whoever comes second is told who and what to do', () => {
  const directory = fresh('owned');
  const lock = lockDirectory(directory, owner);
  expect(sentence(() => lockDirectory(directory, { process: 99, since: 0 }))).toBe(
    `${directory} is in use by another Trestle (process 1234, since 2025-11-21T01:53:20.000Z); stop it, or give another directory with --data.`,
  );
  lock.release();
});

test('a directory that was let go can be taken again, and letting it go twice takes it from nobody', () => {
  const directory = fresh('released');
  const first = lockDirectory(directory, owner);
  first.release();
  const second = lockDirectory(directory, owner);
  first.release();
  expect(sentence(() => lockDirectory(directory, owner))).toContain('is in use by another Trestle (process 1234');
  second.release();
  expect(readdirSync(directory)).toEqual(['trestle.lock']);
});

test('an owner who has not said who he is yet is refused to just the same', () => {
  const directory = fresh('nameless');
  const lock = lockDirectory(directory, owner);
  writeFileSync(join(directory, 'trestle.owner'), '{"process":');
  expect(sentence(() => lockDirectory(directory, owner))).toBe(
    `${directory} is in use by another Trestle; stop it, or give another directory with --data.`,
  );
  lock.release();
});

test('the directory and what is in it are for their owner alone', () => {
  const directory = fresh('private/deep');
  const lock = lockDirectory(directory, owner);
  privateFile(directory, 'trestle.db');
  const rights = [directory, ...readdirSync(directory).map((name) => join(directory, name))].map(
    (path) => statSync(path).mode & 0o777,
  );
  expect(rights).toEqual([0o700, 0o600, 0o600, 0o600]);
  lock.release();
});

test('a path that cannot be a directory is refused by its name', () => {
  const path = join(home, 'file');
  writeFileSync(path, '');
  expect(sentence(() => makeDirectory(path))).toStartWith(`${path} cannot hold Trestle's data (`);
  expect(sentence(() => makeDirectory(join(path, 'below')))).toEndWith(
    'make it a directory that this user may write, or give another with --data.',
  );
});

function fresh(name: string): string {
  const directory = join(home, name);
  makeDirectory(directory);
  return directory;
}

function sentence(act: () => unknown): string {
  try {
    act();
    return 'nothing was refused';
  } catch (thrown) {
    return thrown instanceof Failure && thrown.kind === 'gateway-storage-failed' ? thrown.message : String(thrown);
  }
}
