import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asFailure } from '../core/failure.ts';
import { ensureDirectory, readTextNow } from './files.ts';

const home = mkdtempSync(join(tmpdir(), 'trestle-files-'));
afterAll(() => rmSync(home, { recursive: true }));

test('a text is read as it stands, and one that is not there is undefined', () => {
  writeFileSync(join(home, 'text'), 'listen: ä\n');
  expect([readTextNow(join(home, 'text')), readTextNow(join(home, 'nothing'))]).toEqual(['listen: ä\n', undefined]);
});

test('what is no text is refused by name', () => {
  const bytes = join(home, 'bytes');
  writeFileSync(bytes, new Uint8Array([0xff, 0xfe, 0x00]));
  expect(() => readTextNow(bytes)).toThrow(`${bytes} cannot be read: it is no UTF-8 text.`);
  expect(() => readTextNow(home)).toThrow(`${home} cannot be read: EISDIR.`);
});

test('a directory is made for its owner alone, with those above it, and once', async () => {
  const path = join(home, 'a', 'b');
  await ensureDirectory(path);
  await ensureDirectory(path);
  expect([statSync(path).mode & 0o777, statSync(join(home, 'a')).mode & 0o777]).toEqual([0o700, 0o700]);
});

test('a directory where a file stands is refused by name', async () => {
  const path = join(home, 'text', 'below');
  expect(await ensureDirectory(path).catch(asFailure)).toMatchObject({ message: `${path} cannot be made: ENOTDIR.` });
});
