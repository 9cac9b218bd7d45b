import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Caching } from '../core/envelope.ts';
import { costOf, type Price, type PricePerToken, type Rates } from '../core/money.ts';
import { type UnitClass, type Units, type UsageClass, unitClasses, usageClasses } from '../core/usage.ts';
import { chargedUsage } from './charged-usage.ts';
import { costAlong, linesOf } from './dearest.ts';

const price: Price = {
  from: 0,
  perToken: { input: 1_000_000n, cacheWrite: 1_250_000n, cachedInput: 100_000n, output: 5_000_000n },
  tiers: [{ above: 200_000, perToken: { input: 2_000_000n, output: 10_000_000n } }],
  source: 'management',
};
const request = { bytes: 1_000, choices: 2, maxOutputTokens: 100 };
const usual = 1_256n * 1_250n + 200n * 5_000n;

interface Request {
  readonly bytes: number;
  readonly choices: number;
  readonly maxOutputTokens: number;
  readonly serviceTier?: string;
  readonly units?: Units;
}

/** `(bytes + 256) × input + output limit × choices × output`, and what is counted besides. */
function priceBound({ bytes, choices, maxOutputTokens, serviceTier, units }: Request, of: Price): bigint {
  const tokens = { input: BigInt(bytes + 256), output: BigInt(maxOutputTokens * choices) };
  return costAlong(linesOf(of, serviceTier), tokens, units);
}

test('a call costs at most its bytes as the dearest input and its limit as output, for every choice', () => {
  expect(priceBound(request, price)).toBe(usual);
  expect(priceBound(request, { ...price, perRequest: 7n })).toBe(usual + 7n);
});

test('what goes into a cache is what input costs at most only where something may be kept there, and for how long', () => {
  const cached = { ...price, perToken: { ...price.perToken, cacheWriteHour: 2_000_000n } };
  const bound = (caching?: Caching) =>
    costAlong(linesOf(cached, undefined, caching), { input: 1_256n, output: 200n }, undefined);
  expect([bound('none'), bound('short'), bound('long'), bound()]).toEqual([
    ...[1_256n * 1_000n + 200n * 5_000n, usual, 1_256n * 2_000n + 200n * 5_000n, 1_256n * 2_000n + 200n * 5_000n],
  ]);
});

test('a request that may be long enough for a dearer tier is bounded by that tier', () => {
  expect(priceBound({ ...request, bytes: 200_000 }, price)).toBe(200_256n * 2_000n + 200n * 10_000n);
});

test('who asks for a tier of service by name is bounded by it and the usual one, who leaves it open by all', () => {
  const serviceTiers = {
    flex: { perToken: { input: 500_000n, output: 2_500_000n } },
    priority: { perToken: { input: 2_000_000n, output: 10_000_000n } },
  };
  const tiered = { ...price, serviceTiers };
  const bound = (serviceTier: string) => priceBound({ ...request, serviceTier }, tiered);
  const dear = 1_256n * 2_000n + 200n * 10_000n;
  expect(['default', 'standard_only', 'flex', 'unheard-of', 'priority', 'auto', ''].map(bound)).toEqual([
    ...[usual, usual, usual, usual, dear, dear, dear],
  ]);
  expect(priceBound(request, tiered)).toBe(dear);
});

test('units are bounded by what the call may use of them, time by its deadline', () => {
  const timed = { ...price, perUnit: { computeSeconds: 1_000_000_000n, images: 40_000_000_000n } };
  const units = { computeSeconds: 1.5, images: 2 };
  expect(priceBound({ ...request, units }, timed)).toBe(usual + 1_500_000n + 80_000_000n);
});

test('each class that there is may be rounded up by itself', () => {
  const fine: Price = { ...price, perToken: { input: 1n, cachedInput: 1n, output: 1n }, perUnit: { images: 1n } };
  const usage = { tokens: { input: 255, cachedInput: 1, output: 199, reasoning: 1 }, units: { images: 1 } };
  expect(costOf(usage, fine)).toBe(5n);
  expect(priceBound({ ...request, bytes: 0, units: { images: 1 } }, fine)).toBeGreaterThanOrEqual(5n);
  expect(priceBound({ ...request, bytes: 0, units: { images: 1 } }, { ...fine, perToken: {} })).toBe(1n);
});

test('no usage within the bounds costs more, whatever the price and whoever serves it', () => {
  fc.assert(
    fc.property(fc.record({ price: prices, asked, served, shares, request: requests }), (given) => {
      const bound = priceBound({ ...given.request, ...(given.asked && { serviceTier: given.asked }) }, given.price);
      const usage = usageWithin(given.request, given.shares);
      const charged = chargedUsage(usage, {
        price: given.price,
        askedTier: given.asked,
        servedTier: servedOf(given.asked, given.served),
        durationMs: Math.floor(given.request.units.computeSeconds * 1000 * (given.shares[0] ?? 0)),
      });
      expect(costOf(charged, given.price)).toBeLessThanOrEqual(bound);
    }),
    { numRuns: 2_000 },
  );
});

const tierNames = ['flex', 'priority', 'batch'] as const;
const asked = fc.constantFrom(undefined, 'auto', 'default', ...tierNames);
const served = fc.constantFrom(undefined, 'default', ...tierNames);

/** A vendor serves what was asked for or the usual tier, and whatever it likes where the choice is its own. */
function servedOf(wanted: string | undefined, found: string | undefined): string | undefined {
  if (wanted === undefined || wanted === 'auto' || found === undefined || found === 'default') return found;
  return wanted === 'default' ? 'default' : wanted;
}

const amount = fc.bigInt({ min: 0n, max: 30_000_000n });
const perToken: fc.Arbitrary<PricePerToken> = fc.dictionary(fc.constantFrom(...usageClasses), amount);
const rates: fc.Arbitrary<Rates> = fc.record(
  {
    perToken,
    tiers: fc
      .array(fc.record({ above: fc.integer({ min: 1, max: 300_000 }), perToken }), { maxLength: 3 })
      .map((tiers) => tiers.toSorted((a, b) => a.above - b.above)),
    perUnit: fc.dictionary(fc.constantFrom(...unitClasses), fc.bigInt({ min: 0n, max: 10n ** 12n })),
    perRequest: fc.bigInt({ min: 0n, max: 10n ** 9n }),
  },
  { requiredKeys: ['perToken'] },
);
const prices: fc.Arbitrary<Price> = fc
  .tuple(rates, fc.dictionary(fc.constantFrom(...tierNames), rates))
  .map(([own, serviceTiers]) => ({ ...own, serviceTiers, from: 0, source: 'management' }));

const units: fc.Arbitrary<{ readonly [Class in UnitClass]: number }> = fc.record({
  images: fc.nat(10),
  audioSeconds: fc.nat(4_000_000).map((ms) => ms / 1000),
  videoSeconds: fc.nat(60_000).map((ms) => ms / 1000),
  characters: fc.nat(100_000),
  computeSeconds: fc.nat(900_000).map((ms) => ms / 1000),
});
const requests = fc.record({
  bytes: fc.nat(400_000),
  choices: fc.integer({ min: 1, max: 4 }),
  maxOutputTokens: fc.nat(200_000),
  units,
});
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 });

type Bounded = typeof requests extends fc.Arbitrary<infer T> ? T : never;

/** Some of what may go in and come out, spread over the classes; never more than all of it. */
function usageWithin(bounded: Bounded, parts: readonly number[]) {
  const inputs = ['input', 'cachedInput', 'cacheWrite', 'cacheWriteHour', 'audioInput'] as const;
  const outputs = ['output', 'reasoning', 'audioOutput'] as const;
  const tokens = {
    ...spread(bounded.bytes + 256, inputs, parts.slice(0, 5)),
    ...spread(bounded.maxOutputTokens * bounded.choices, outputs, parts.slice(5, 8)),
  };
  const used = unitClasses
    .filter((name) => name !== 'computeSeconds')
    .map((name, index) => [name, Math.floor(bounded.units[name] * 1000 * (parts[8 + index] ?? 0)) / 1000]);
  return { tokens, units: Object.fromEntries(used) };
}

function spread<Class extends UsageClass>(total: number, classes: readonly Class[], parts: readonly number[]) {
  let left = total;
  const counts = classes.map((name, index) => {
    const taken = Math.floor(left * (parts[index] ?? 0));
    left -= taken;
    return [name, taken] as const;
  });
  return Object.fromEntries(counts) as { readonly [Name in Class]: number };
}
