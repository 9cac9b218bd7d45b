import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { slidingWindow } from './sliding-window.ts';

const windowMs = 60_000;

/** Pauses and amounts, from many at once to hours of nothing. */
const steps = fc.array(
  fc.record({
    pause: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 0, max: 50 }),
      fc.double({ min: 0, max: 30_000, noNaN: true }),
      fc.constant(windowMs),
      fc.constant(5 * windowMs),
    ),
    amount: fc.integer({ min: 1, max: 5 }),
  }),
  { maxLength: 300 },
);

test('in no stretch of that length is more let in than the limit, and nothing is turned away that would fit', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 5, max: 40 }), (events, limit) => {
      const window = slidingWindow(windowMs);
      const admitted: { readonly at: number; readonly amount: number }[] = [];
      let now = 0;
      for (const { pause, amount } of events) {
        now += pause;
        const used = admitted.filter(({ at }) => at + windowMs > now).reduce((sum, each) => sum + each.amount, 0);
        const waitMs = window.freeIn(now, { limit, amount });
        expect({ now, fits: waitMs === 0 }).toEqual({ now, fits: used + amount <= limit });
        if (waitMs !== 0) continue;
        window.take(now, amount);
        admitted.push({ at: now, amount });
      }
    }),
  );
});

test('it says to the moment when as much will be free, if nothing else comes', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 5, max: 40 }), (events, limit) => {
      const window = slidingWindow(windowMs);
      let now = 0;
      for (const { pause, amount } of events) {
        now += pause;
        const waitMs = window.freeIn(now, { limit, amount }) ?? Number.NaN;
        if (waitMs === 0) window.take(now, amount);
        else {
          // A clock has fractions, and sums of them round.
          now += waitMs + 1e-6;
          expect(window.freeIn(now, { limit, amount })).toBe(0);
        }
      }
    }),
  );
});

test('of very many it keeps few figures, lets never more in than the limit, and is late by a thousandth at most', () => {
  const window = slidingWindow(windowMs);
  const limit = 20_000;
  const times: number[] = [];
  let now = 0;
  let turnedAway = 0;
  for (let step = 0; step < 60_000; step += 1) {
    now += 2.5;
    if (window.freeIn(now, { limit, amount: 1 }) === 0) {
      window.take(now, 1);
      times.push(now);
    } else turnedAway += 1;
  }
  for (const [place, at] of times.entries()) {
    const first = times[place - limit];
    if (first !== undefined) expect(at - first).toBeGreaterThanOrEqual(windowMs);
  }
  // 24,000 come in a minute for 20,000 places.
  expect(turnedAway / 60_000).toBeLessThan(4_000 / 24_000 + 0.01);
});

test('beyond what it tells apart, what was taken together is free with the last of it', () => {
  const window = slidingWindow(windowMs);
  for (let count = 0; count < 2_048; count += 1) window.take(0, 1);
  window.take(1_000, 1);
  window.take(1_059, 1);
  window.take(1_060, 1);
  const taken = [61_000, 61_058, 61_059, 61_060].map((now) => window.taken(now));
  expect(taken).toEqual([3, 3, 1, 0]);
});

test('what was taken becomes what it really was, and is free when that is', () => {
  const window = slidingWindow(windowMs);
  const first = window.take(0, 70);
  const second = window.take(10_000, 30);
  window.change(first, -60);
  window.change(second, 40);
  expect(window.taken(10_000)).toBe(80);
  expect(window.freeIn(10_000, { limit: 100, amount: 30 })).toBe(50_000);
  expect(window.taken(60_000)).toBe(70);
  window.change(first, 1000);
  expect([window.taken(60_000), window.emptyIn(60_000)]).toEqual([70, 10_000]);
  expect([window.taken(70_000), window.emptyIn(70_000)]).toEqual([0, 0]);
});

test('what is more than the limit by itself is never free', () => {
  const window = slidingWindow(windowMs);
  window.take(0, 1);
  expect(window.freeIn(0, { limit: 5, amount: 6 })).toBeUndefined();
});

test('a change of what has long been cleared away changes nothing', () => {
  const window = slidingWindow(windowMs);
  const numbers = Array.from({ length: 5_000 }, (_, step) => window.take(step * 100, 1));
  for (const number of numbers.slice(0, 4_000)) window.change(number, 100);
  expect(window.taken(4_999 * 100)).toBe(600);
});
