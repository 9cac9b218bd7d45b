import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { costOf, type Price } from '../core/money.ts';
import { priceBound } from './price-bound.ts';

const price: Price = {
  from: 0,
  perToken: { input: 1_000_000n, cacheWrite: 1_250_000n, cachedInput: 100_000n, output: 5_000_000n },
  tiers: [{ above: 200_000, perToken: { input: 2_000_000n, output: 10_000_000n } }],
  source: 'management',
};
const request = { bytes: 1_000, choices: 2, maxOutputTokens: 100, unmeasured: [] };

test('a call costs at most its bytes as the dearest input and its limit as output, for every choice', () => {
  expect(priceBound(request, price)).toBe(1_256n * 1_250n + 200n * 5_000n);
  expect(priceBound(request, { ...price, perRequest: 7n })).toBe(1_256n * 1_250n + 200n * 5_000n + 7n);
});

test('a request that may be long enough for a dearer tier is bounded by that tier', () => {
  expect(priceBound({ ...request, bytes: 200_000 }, price)).toBe(200_256n * 2_000n + 200n * 10_000n);
});

test('what cannot be bounded says why', () => {
  const { maxOutputTokens: _, ...unlimited } = request;
  expect(priceBound(request, undefined)).toBe('no-price');
  expect(priceBound(unlimited, price)).toBe('no-output-limit');
  expect(priceBound({ ...request, unmeasured: ['messages[0].content[1]'] }, price)).toBe('unmeasured-input');
});

test('no usage within the bounds costs more', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.nat(400_000),
      fc.nat(200_000),
      fc.tuple(share, share),
      (bytes, maxOutputTokens, [cached, spoken]) => {
        const bound = priceBound({ ...request, bytes, maxOutputTokens, choices: 1 }, price);
        const input = bytes + 256;
        const cacheWrite = Math.floor(input * cached);
        const output = Math.floor(maxOutputTokens * spoken);
        const tokens = { input: input - cacheWrite, cacheWrite, output, reasoning: maxOutputTokens - output };
        // Each class is rounded up by itself.
        expect(costOf({ tokens }, price)).toBeLessThanOrEqual((typeof bound === 'bigint' ? bound : -1n) + 2n);
      },
    ),
  );
});
