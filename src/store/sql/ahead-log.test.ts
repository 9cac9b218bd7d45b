import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { aheadLog } from './ahead-log.ts';

const home = mkdtempSync(join(tmpdir(), 'trestle-ahead-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const preamble = 'columns';

test('what was appended is read again, in its order, behind the preamble, and the next goes behind it', () => {
  const path = join(home, 'order');
  const log = opened(path, 7);
  expect([log.append('one'), log.append('zwölf 🙂'), log.append('')]).toEqual([true, true, true]);
  log.close();
  const again = aheadLog(path, { preamble });
  expect(again.open(7)).toEqual([preamble, 'one', 'zwölf 🙂', '']);
  again.append('four');
  again.close();
  expect(read(path, 7)).toEqual([preamble, 'one', 'zwölf 🙂', '', 'four']);
});

test('nobody but its owner may read it', () => {
  const path = join(home, 'rights');
  opened(path, 1).close();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a generation that is over is not read again, nor what is left of it behind a shorter one', () => {
  const path = join(home, 'generation');
  const log = opened(path, 1);
  for (const text of ['a', 'b', 'c']) log.append(text.repeat(100));
  log.begin(2);
  log.append('d');
  log.close();
  expect(read(path, 1)).toEqual([]);
  expect(read(path, 2)).toEqual([preamble, 'd']);
  expect(read(path, 3)).toEqual([]);
});

test('what does not fit is refused, and leaves what is there as it is', () => {
  const path = join(home, 'room');
  const log = opened(path, 1, 200);
  expect([log.append('x'.repeat(100)), log.append('y'.repeat(100)), log.append('z')]).toEqual([true, false, true]);
  log.close();
  expect(read(path, 1, 200)).toEqual([preamble, 'x'.repeat(100), 'z']);
  expect(statSync(path).size).toBe(200);
});

test('however a write was cut off or spoiled, what was written before it is read and nothing else', () => {
  const path = join(home, 'torn');
  const texts = ['first', 'the second', 'a third one'];
  const log = opened(path, 5);
  const ends = [firstEnd];
  for (const text of texts) {
    log.append(text);
    ends.push(endOf(path));
  }
  log.close();
  const whole = readFileSync(path);
  fc.assert(
    fc.property(fc.nat({ max: endOf(path) - 1 }), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, flip, cut) => {
      const spoiled = Buffer.from(whole);
      if (cut) spoiled.fill(0, at);
      else spoiled[at] = (spoiled[at] ?? 0) ^ flip;
      writeFileSync(path, spoiled);
      const before = ends.filter((end) => end <= at).length;
      // The last byte may have been zero before it was cut off.
      const wasZero = cut && whole.subarray(at, ends[before]).every((byte) => byte === 0);
      expect(read(path, 5)).toEqual([preamble, ...texts].slice(0, wasZero ? before + 1 : before));
    }),
    { numRuns: 500 },
  );
});

test('a file that was made too short is given its room', () => {
  const path = join(home, 'short');
  const log = opened(path, 1);
  log.append('kept');
  log.close();
  truncateSync(path, endOf(path));
  expect(read(path, 1)).toEqual([preamble, 'kept']);
  expect(statSync(path).size).toBeGreaterThanOrEqual(capacity);
});

const capacity = 4_096;
/** Where the first text begins that is not the preamble. */
const firstEnd = 14 + preamble.length;

function opened(path: string, generation: number, room = capacity) {
  const log = aheadLog(path, { preamble, capacity: room });
  expect(log.open(generation)).toEqual([]);
  return log;
}

function read(path: string, generation: number, room = capacity): readonly string[] {
  const log = aheadLog(path, { preamble, capacity: room });
  const texts = log.open(generation);
  log.close();
  return texts;
}

/** Behind the last byte that is not zero. */
function endOf(path: string): number {
  return readFileSync(path).findLastIndex((byte) => byte !== 0) + 1;
}
