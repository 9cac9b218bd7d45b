import { expect, test } from 'bun:test';
import type { Price } from '../core/money.ts';
import type { PriceRecord } from '../store/store.ts';
import { guardedPrices, priceJump } from './price-guard.ts';

const price = (input: bigint, output: bigint, source = 'list@1.0.0'): Price => ({
  from: 0,
  perToken: { input, output },
  source,
});
const record = (model: string, of: Price): PriceRecord => ({ provider: 'p', model, price: of });

test('a price may follow another within five times, either way', () => {
  const old = price(100n, 100n);
  const rows = [
    [price(500n, 20n), true],
    [price(501n, 100n), false],
    [price(100n, 19n), false],
    [price(0n, 100n), false],
    [{ ...price(100n, 100n), perToken: { input: 100n, output: 100n, cachedInput: 1n } }, true],
  ] as const;
  expect(rows.map(([next]) => priceJump(old, next) === undefined)).toEqual(rows.map(([, good]) => good));
  expect(priceJump(price(0n, 0n), price(0n, 0n))).toBeUndefined();
  expect(priceJump(old, price(501n, 100n))).toBe('input would cost 501 pico-USD per token after 100');
});

test('prices per call and for long inputs are judged too', () => {
  const old: Price = { ...price(1n, 1n), perRequest: 10n, tiers: [{ above: 200, perToken: { input: 10n } }] };
  expect(priceJump(old, { ...old, perRequest: 51n })).toBe('a call would cost 51 nano-USD after 10');
  expect(priceJump(old, { ...old, tiers: [{ above: 200, perToken: { input: 51n } }] })).toBe(
    'above 200 tokens input would cost 51 pico-USD per token after 10',
  );
});

test('of a new list only what jumps is left out, with all dates of that model; what is new or near is taken', () => {
  const stored = [
    record('slipped', price(100n, 100n)),
    record('near', price(100n, 100n)),
    record('near', price(1n, 1n, 'management')),
  ];
  const next = [
    record('slipped', price(100_000n, 100n, 'list@1.1.0')),
    record('slipped', { ...price(90n, 90n, 'list@1.1.0'), from: 2_000 }),
    record('near', price(120n, 100n, 'list@1.1.0')),
    record('new', price(7n, 7n, 'list@1.1.0')),
  ];
  expect(guardedPrices(stored, next, 1_000)).toEqual({
    taken: next.slice(2),
    jumps: [{ provider: 'p', model: 'slipped', why: 'input would cost 100000 pico-USD per token after 100' }],
  });
});

test('the newest list that was taken is what counts, not an older one', () => {
  const stored = [record('m', price(1n, 1n, 'list@1.9.0')), record('m', price(100n, 100n, 'list@1.10.0'))];
  const next = [record('m', price(120n, 120n, 'list@1.11.0'))];
  expect(guardedPrices(stored, next, 1).jumps).toEqual([]);
});
