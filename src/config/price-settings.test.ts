import { expect, test } from 'bun:test';
import { providerKinds } from '../providers/index.ts';
import { loadConfig } from './load.ts';
import { priceOf } from './price-settings.ts';
import { spelledConfig } from './spelled-config.ts';

test('a price of input alone says that there is no output, a price of a call that tokens are free', () => {
  expect([priceOf({ input: 20_000n }), priceOf({ request: 5n }), priceOf({ input: 1n, output: 2n })]).toEqual([
    { from: 0, perToken: { input: 20_000n }, source: 'configuration' },
    { from: 0, perToken: { input: 0n, output: 0n }, perRequest: 5n, source: 'configuration' },
    { from: 0, perToken: { input: 1n, output: 2n }, source: 'configuration' },
  ]);
});

test('an hour of a machine is divided into seconds and by the calls that share it, rounded up', () => {
  expect([
    priceOf({ instance_usd_per_hour: 3_600_000n, parallel: 4 }),
    priceOf({ instance_usd_per_hour: 1_000_000n, input: 1n, output: 1n }).perUnit,
  ]).toEqual([
    {
      from: 0,
      perToken: { input: 0n, output: 0n },
      perUnit: { computeSeconds: 250_000_000n },
      source: 'configuration',
    },
    { computeSeconds: 277_777_778n },
  ]);
});

test('tiers of service and of length are prices of their own, shortest length first', () => {
  const long = [
    { above: 400_000, input: 3n, output: 30n },
    { above: 200_000, input: 2n, output: 20n },
  ];
  expect(
    priceOf({ input: 1n, output: 10n, tiers: long, service_tiers: { flex: { input: 1n, output: 5n, image: 7n } } }),
  ).toEqual({
    from: 0,
    perToken: { input: 1n, output: 10n },
    tiers: [
      { above: 200_000, perToken: { input: 2n, output: 20n } },
      { above: 400_000, perToken: { input: 3n, output: 30n } },
    ],
    serviceTiers: { flex: { perToken: { input: 1n, output: 5n }, perUnit: { images: 7n } } },
    source: 'configuration',
  });
});

test('the price of what nobody knows and what is given away are read, and told again', () => {
  const text = `unknown_price: { input: 30, output: 150 }
providers:
  mine: { type: openai-compatible, base_url: "http://mine.invalid/v1", free: { requests_per_day: 100, tokens_per_day: 5000 } }
`;
  const config = loadConfig({ flags: {}, environment: {}, readFile: () => text, kinds: providerKinds });
  expect(config.unknownPrice).toEqual({
    from: 0,
    perToken: { input: 30_000_000n, output: 150_000_000n },
    source: 'configuration',
  });
  expect(config.providers.find(({ name }) => name === 'mine')?.free).toEqual({
    requestsPerDay: 100,
    tokensPerDay: 5000,
  });
  expect(spelledConfig(config)).toMatchObject({
    unknown_price: { input: '30', output: '150' },
    providers: { mine: { free: { requests_per_day: 100, tokens_per_day: 5000 } } },
  });
});
