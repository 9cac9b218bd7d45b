import { expect, test } from 'bun:test';
import { counters } from './counters-by-value.ts';
import { slidingWindow } from './sliding-window.ts';

const made = () =>
  counters(
    () => slidingWindow(1_000),
    (one, now) => one.emptyIn(now) === 0,
  );

test('a counter stays for as long as it counts something, and goes some time after', () => {
  const all = made();
  for (let user = 0; user < 1_000; user += 1) all.of([`user-${user}`], user).take(user, 1);
  expect(all.of(['user-999'], 999).taken(999)).toBe(1);
  // A thousand who come once each, long after: of them and of the others few are left.
  for (let user = 0; user < 1_000; user += 1) all.of([`later-${user}`], 10_000 + user * 2_000);
  expect(all.size).toBeLessThan(10);
  expect(all.isIdle(10_000_000)).toBe(true);
});

test('values are told apart as a list, not as a text', () => {
  const all = made();
  all.of(['a', 'b'], 0).take(0, 1);
  expect([all.of(['a,b'], 0).taken(0), all.of(['a', 'b'], 0).taken(0), all.of(['["a","b"]'], 0).taken(0)]).toEqual([
    0, 1, 0,
  ]);
});

test('whoever comes on top of a hundred thousand shares one counter', () => {
  const all = made();
  for (let user = 0; user < 100_000; user += 1) all.of([`user-${user}`], 0).take(0, 1);
  all.of(['one more'], 0).take(0, 1);
  expect([all.of(['another'], 0).taken(0), all.of(['user-7'], 0).taken(0), all.size]).toEqual([1, 1, 100_000]);
});
