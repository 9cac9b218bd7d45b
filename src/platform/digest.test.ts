import { afterAll, expect, test } from 'bun:test';
import { createHmac } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asFailure } from '../core/failure.ts';
import { openDigest } from './digest.ts';

const home = mkdtempSync(join(tmpdir(), 'trestle-digest-'));
afterAll(() => rmSync(home, { recursive: true }));

test('the first start makes a pepper that only its owner can read; later ones use it', async () => {
  const file = join(home, 'pepper');
  const [first, other] = await Promise.all([openDigest(file), openDigest(file)]);
  const pepper = readFileSync(file);
  expect([pepper.length, statSync(file).mode & 0o777, readdirSync(home)]).toEqual([32, 0o600, ['pepper']]);
  const later = await openDigest(file);
  const expected = createHmac('sha256', pepper).update('tr-a').digest('hex');
  expect([first, other, later].map((digest) => digest.mac('tr-a'))).toEqual([expected, expected, expected]);
});

test('digests of one text are equal, and of two texts are not', async () => {
  const { mac } = await openDigest(join(home, 'pepper'));
  expect(mac('a')).toBe(mac('a'));
  expect(mac('a')).not.toBe(mac('b'));
  expect(mac('')).toMatch(/^[0-9a-f]{64}$/);
});

test('a pepper that others can read is refused', async () => {
  const file = join(home, 'open-pepper');
  writeFileSync(file, new Uint8Array(32));
  chmodSync(file, 0o640);
  expect(await openDigest(file).catch(asFailure)).toMatchObject({
    kind: 'gateway-storage-failed',
    message: `${file} has mode 640, so others on this machine can use what protects the keys; run chmod 600 ${file}.`,
  });
});

test('a pepper that is too short is refused, and left as it is', async () => {
  const file = join(home, 'short-pepper');
  writeFileSync(file, new Uint8Array(31), { mode: 0o600 });
  expect(await openDigest(file).catch(asFailure)).toMatchObject({ message: expect.stringContaining('31 bytes') });
  expect(statSync(file).size).toBe(31);
});

test('a pepper in a directory that is not there is refused with its name', async () => {
  const file = join(home, 'nowhere', 'pepper');
  expect(await openDigest(file).catch(asFailure)).toMatchObject({
    kind: 'gateway-storage-failed',
    message: `${file} cannot be read or made (ENOENT); check its directory.`,
  });
});

test('a key is digested in less than 3 µs', async () => {
  const { mac } = await openDigest(join(home, 'pepper'));
  const secret = `tr-${'a'.repeat(43)}`;
  const rounds = Array.from({ length: 5 }, () => {
    const startedAt = performance.now();
    for (let index = 0; index < 10_000; index += 1) mac(secret);
    return (performance.now() - startedAt) / 10;
  });
  expect(Math.min(...rounds)).toBeLessThan(3);
});
