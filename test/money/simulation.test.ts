import { expect, test } from 'bun:test';
import { simulate } from './simulation.ts';

/** So long may this take in continuous integration; `test/money/simulate.ts` is for more. */
const mostMs = 40_000;
const callsPerSeed = 250;

test('in simulated houses no hard cap is passed, whatever callers, vendors, clocks and power do', async () => {
  const began = performance.now();
  const sum = { calls: 0, asked: 0, crashes: 0, refusedForMoney: 0 };
  for (let seed = 1; seed <= 100 && performance.now() - began < mostMs; seed += 1) {
    const one = await simulate(seed, callsPerSeed);
    const again = `bin/bun test/money/simulate.ts --seed ${seed} --per-seed ${callsPerSeed}`;
    expect({ again, problems: one.problems }).toEqual({ again, problems: [] });
    for (const name of ['calls', 'asked', 'crashes', 'refusedForMoney'] as const) sum[name] += one[name];
  }
  console.log(sum);
  expect(sum.asked).toBeGreaterThan(300);
  expect(sum.crashes).toBeGreaterThan(3);
  expect(sum.refusedForMoney).toBeGreaterThan(100);
}, 120_000);

test('the same seed is the same story', async () => {
  const [once, again] = [await simulate(7, 120), await simulate(7, 120)];
  expect(again).toEqual(once);
});
