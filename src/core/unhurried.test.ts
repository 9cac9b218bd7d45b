import { expect, test } from 'bun:test';
import { unhurried, unhurriedJson } from './unhurried.ts';

/** A clock on which each look takes a tenth of a millisecond; it counts how often others had their turn. */
function slowClock() {
  const turns = { count: 0, now: 0 };
  return {
    turns,
    clock: {
      monotonic: () => {
        turns.now += 0.1;
        return turns.now;
      },
      after(_ms: number, act: () => void) {
        turns.count += 1;
        queueMicrotask(act);
        return () => undefined;
      },
    },
  };
}

const items = Array.from({ length: 1_000 }, (_, n) => n);

test('every item is made, in order, and others have their turn in between', async () => {
  const { clock, turns } = slowClock();
  expect(await unhurried(clock, items, (item, index) => item + index)).toEqual(items.map((item) => item * 2));
  expect(turns.count).toBeGreaterThan(5);
});

test.each([
  { data: items.map((id) => ({ id, name: `"${id}"` })), has_more: true, next: null },
  { data: items },
  { data: items.slice(0, 2), next: 'x' },
  { data: [], has_more: false },
  { name: 'no list', data: { a: 1 } },
])('what is spelled in pieces is the same JSON', async (answer) => {
  expect(await unhurriedJson(slowClock().clock, answer)).toBe(JSON.stringify(answer));
});
