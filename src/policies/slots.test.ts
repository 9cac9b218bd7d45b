import { expect, test } from 'bun:test';
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
        if (act === 'take') held.push(all.take(now + lasts));
        else if (lease !== undefined) {
          all.giveBack(lease);
          if (act === 'give back twice') all.giveBack(lease);
          held = held.filter((one) => one !== lease);
        }
        expect(all.open(now)).toBe(held.filter(({ until }) => until > now).length);
      }
      expect(all.open(now + 1_000)).toBe(0);
    }),
  );
});
