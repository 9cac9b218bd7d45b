import { expect, test } from 'bun:test';
import { costOf, type Price } from './money.ts';

const price: Price = {
  from: 0,
  perToken: { input: 1_000_000n, cachedInput: 100_000n, output: 4_000_000n },
  tiers: [
    { above: 1_000, perToken: { input: 2_000_000n, cachedInput: 200_000n, output: 8_000_000n } },
    { above: 5_000, perToken: { input: 3_000_000n, output: 9_000_000n } },
  ],
  source: 'management',
};

test('a long input puts the whole call into its tier, cached tokens counted in', () => {
  expect(costOf({ tokens: { input: 1_000, output: 10 } }, price)).toBe(1_000_000n + 40_000n);
  expect(costOf({ tokens: { input: 1_001, output: 10 } }, price)).toBe(2_002_000n + 80_000n);
  expect(costOf({ tokens: { input: 1, cachedInput: 1_000, output: 10 } }, price)).toBe(2_000n + 200_000n + 80_000n);
});

test('the highest tier that is passed counts, and its own rules for what has no price of its own', () => {
  expect(costOf({ tokens: { input: 1, cachedInput: 5_000 } }, price)).toBe(5_001n * 3_000n);
});
