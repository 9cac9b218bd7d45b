import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { costOf, formatUsd, type Price, picoPerToken, scaledUsd } from './money.ts';
import { type UsageClass, usageClasses } from './usage.ts';

const price: Price = {
  from: 0,
  source: 'test',
  perToken: { input: picoPerToken('0.15'), cachedInput: picoPerToken('0.0375'), output: picoPerToken('0.6') },
};

describe('cost', () => {
  test('each class is charged at its own price, a fraction of a nano-USD rounded up per class', () => {
    expect(costOf({ tokens: { input: 100, cachedInput: 3, output: 10 } }, price)).toBe(15_000n + 113n + 6_000n);
  });

  test('reasoning is charged as output and cache writes as input where they have no price of their own', () => {
    expect(costOf({ tokens: { reasoning: 10, cacheWrite: 100 } }, price)).toBe(6_000n + 15_000n);
  });

  test('an hour in the cache has its own price, else that of minutes, else that of input', () => {
    const hour = { tokens: { cacheWriteHour: 10 } };
    const written = { ...price.perToken, cacheWrite: picoPerToken('0.2') };
    expect(costOf(hour, price)).toBe(1_500n);
    expect(costOf(hour, { ...price, perToken: written })).toBe(2_000n);
    expect(costOf(hour, { ...price, perToken: { ...written, cacheWriteHour: picoPerToken('0.3') } })).toBe(3_000n);
  });

  test('units are charged each at its own price, begun milliseconds and fractions of a nano-USD rounded up', () => {
    const perUnit = { images: 40_000_000_000n, audioSeconds: 100_000_001n, characters: 15_000_500n };
    const priced = { ...price, perUnit };
    expect(costOf({ tokens: {}, units: { images: 2, audioSeconds: 1.5, characters: 3 } }, priced)).toBe(
      80_000_000n + 150_001n + 45_002n,
    );
    expect(costOf({ tokens: {}, units: { audioSeconds: 0.0001 } }, priced)).toBe(101n);
    expect(costOf({ tokens: {}, units: { audioSeconds: 0.1 + 0.2, videoSeconds: 9 } }, priced)).toBe(30_001n);
    expect(costOf({ tokens: {}, units: { images: 2 } }, price)).toBe(0n);
  });

  test('the tier that served has its own prices for everything; one that has none costs as usual', () => {
    const batch = { perToken: { input: picoPerToken('0.075') }, perRequest: 5n };
    const priced = { ...price, perRequest: 1n, serviceTiers: { batch } };
    const usage = { tokens: { input: 100, output: 10 } };
    expect(costOf({ ...usage, serviceTier: 'batch' }, priced)).toBe(7_500n + 5n);
    expect(costOf({ ...usage, serviceTier: 'flex' }, priced)).toBe(costOf(usage, priced));
  });

  test('a price per request is charged once, even where no token was used', () => {
    expect(costOf({ tokens: {} }, { ...price, perRequest: 42n })).toBe(42n);
  });

  test('splitting a usage over two calls never costs less than one call, and at most one nano-USD a class more', () => {
    const counts = fc.record(
      Object.fromEntries(usageClasses.map((name) => [name, fc.nat(1_000_000)])) as Record<
        UsageClass,
        fc.Arbitrary<number>
      >,
    );
    fc.assert(
      fc.property(counts, counts, (one, other) => {
        const both = Object.fromEntries(usageClasses.map((name) => [name, one[name] + other[name]]));
        const apart = costOf({ tokens: one }, price) + costOf({ tokens: other }, price);
        const together = costOf({ tokens: both }, price);
        expect(apart >= together && apart - together <= BigInt(usageClasses.length)).toBeTrue();
      }),
    );
  });
});

describe('amounts', () => {
  test('are written as exact decimals without trailing zeros', () => {
    expect([0n, 1n, 1_500n, 1_000_000_000n, -2_500_000_000n].map(formatUsd)).toEqual([
      '0',
      '0.000000001',
      '0.0000015',
      '1',
      '-2.5',
    ]);
  });

  test('survive being written and read, whatever their size', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (amount) =>
        expect(scaledUsd(formatUsd(amount), 9)).toBe(amount),
      ),
    );
  });

  test('with more decimals than can be held are refused, never rounded', () => {
    expect(() => picoPerToken('0.0000001')).toThrow(RangeError);
    expect(() => scaledUsd('1e3', 9)).toThrow(RangeError);
    expect(() => scaledUsd(Number.NaN, 9)).toThrow(RangeError);
  });
});
