import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Lease, slots } from './slots.ts';

test('as many are open as were taken and neither given back nor ended, whatever happens in which order', () => {
  const step = fc.record({
    pause: fc.integer({ min: 0, max: 20 }),
    act: fc.constantFrom('take', 'take', 'give back', 'give back twice'),
    lasts: fc.integer({ min: 1, max: 100 }),
    which: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const all = slots();
      let held: Lease[] = [];
      let now = 0;
      for (const { pause, act, lasts, which } of steps) {
        now += pause;
        const lease = held[which % Math.max(1, held.length)];
        if (act === 'take') held.push(all.take(now, now + lasts));
        else if (lease !== undefined) {
          all.giveBack(lease, now);
          if (act === 'give back twice') all.giveBack(lease, now);
          held = held.filter((one) => one !== lease);
        }
        expect(all.open(now)).toBe(held.filter(({ until }) => until > now).length);
      }
      expect(all.open(now + 1_000)).toBe(0);
    }),
  );
});

describe('when a slot is likely to be free', () => {
  const never = 1_000_000;

  test('is told by how long calls last here, less what the oldest has lasted already', () => {
    const all = slots();
    for (let now = 0; now < 80_000; now += 8_000) all.giveBack(all.take(now, never), now + 8_000);
    all.take(100_000, never);
    all.take(103_000, never);
    expect([100_000, 104_000, 107_000].map((now) => all.freeIn(now, 2))).toEqual([8_000, 4_000, 1_000]);
  });

  test('follows when calls begin to last longer, or shorter', () => {
    const all = slots();
    const told = (lasts: number): number => {
      for (let count = 0; count < 40; count += 1) all.giveBack(all.take(0, never), lasts);
      const open = all.take(0, never);
      const wait = all.freeIn(0, 1);
      all.giveBack(open, lasts);
      return Math.round(wait / 100) * 100;
    };
    expect([told(2_000), told(60_000), told(1_000)]).toEqual([2_000, 59_700, 1_300]);
  });

  test('of one that is late is as far off as it is late', () => {
    const all = slots();
    all.giveBack(all.take(0, never), 2_000);
    all.take(10_000, never);
    expect([12_000, 13_000, 20_000].map((now) => all.freeIn(now, 1))).toEqual([250, 1_000, 8_000]);
  });

  test('is a second where nothing is known, and later on as long again as the oldest has lasted', () => {
    const all = slots();
    all.take(0, never);
    all.take(4_000, never);
    expect([0, 500, 5_000].map((now) => all.freeIn(now, 2))).toEqual([1_000, 500, 5_000]);
  });

  test('where a lower limit was set meanwhile is when as many have ended as are too many', () => {
    const all = slots();
    all.giveBack(all.take(0, never), 10_000);
    for (const at of [10_000, 11_000, 12_000, 13_000]) all.take(at, never);
    expect([4, 3, 2, 1].map((limit) => all.freeIn(14_000, limit))).toEqual([6_000, 7_000, 8_000, 9_000]);
  });

  test('is never after the lease has ended, and never at once', () => {
    const all = slots();
    all.giveBack(all.take(0, never), 60_000);
    const lease = all.take(60_000, 63_000);
    expect([60_000, 62_900].map((now) => all.freeIn(now, 1))).toEqual([3_000, 250]);
    all.giveBack(lease, 62_900);
    for (let count = 0; count < 50; count += 1) all.giveBack(all.take(70_000, never), 70_001);
    all.take(70_001, never);
    expect(all.freeIn(70_001, 1)).toBe(250);
  });
});
