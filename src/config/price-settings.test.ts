import { expect, test } from 'bun:test';
import { priceOf } from './price-settings.ts';

test('a price of input alone says that there is no output, a price of a call that tokens are free', () => {
  expect([priceOf({ input: 20_000n }), priceOf({ request: 5n }), priceOf({ input: 1n, output: 2n })]).toEqual([
    { from: 0, perToken: { input: 20_000n }, source: 'configuration' },
    { from: 0, perToken: { input: 0n, output: 0n }, perRequest: 5n, source: 'configuration' },
    { from: 0, perToken: { input: 1n, output: 2n }, source: 'configuration' },
  ]);
});
