import { expect, test } from 'bun:test';
import { calcPrice, type ModelInfo, waitForUpdate } from '@pydantic/genai-prices';
import { priceBook } from '../../src/catalog/prices.ts';
import { costOf, formatUsd } from '../../src/core/money.ts';
import { convertSeed, type Seed } from './seed-conversion.ts';
import { modelsOf } from './seed-match.ts';

function convert(...models: readonly ModelInfo[]): Seed {
  return convertSeed([{ id: 'openai', name: 'OpenAI', api_pattern: '', models: [...models] }], 'list@1');
}

function model(changes: Partial<ModelInfo>): ModelInfo {
  return { id: 'm', match: { equals: 'm' }, prices: { input_mtok: 1, output_mtok: 2 }, ...changes };
}

test('a price becomes integers per class and call, under every name of its model', () => {
  const { records } = convert(
    model({
      match: { or: [{ equals: 'm' }, { equals: 'm-1' }, { starts_with: 'm-2-' }] },
      prices: {
        input_mtok: 0.0375,
        cache_read_mtok: 0.08333333333333334,
        cache_write_mtok: 0.046875,
        cache_write_1h_mtok: 0.075,
        output_reasoning_mtok: 3,
        requests_kcount: 12,
      },
    }),
  );
  const price = {
    from: 0,
    perToken: {
      input: 37_500n,
      cachedInput: 83_334n,
      cacheWrite: 46_875n,
      cacheWriteHour: 75_000n,
      reasoning: 3_000_000n,
    },
    perRequest: 12_000_000n,
    source: 'list@1',
  };
  expect(records).toEqual(['m', 'm-1', 'm-2-*'].map((name) => ({ provider: 'openai', model: name, price })));
});

test('a later price begins on its date', () => {
  const prices = [
    { prices: { input_mtok: 10, output_mtok: 40 } },
    {
      constraint: { type: 'start_date' as const, start_date: '2025-06-10' },
      prices: { input_mtok: 2, output_mtok: 8 },
    },
  ];
  expect(convert(model({ prices })).records.map(({ price }) => [price.from, price.perToken.input])).toEqual([
    [0, 10_000_000n],
    [Date.UTC(2025, 5, 10), 2_000_000n],
  ]);
});

test('a price for some hours counts at all hours if it is the dearer one', () => {
  const hours = { type: 'time_of_date' as const, start_time: '00:30:00Z', end_time: '16:30:00Z' };
  const prices = [
    { prices: { input_mtok: 1, output_mtok: 9 } },
    { constraint: hours, prices: { input_mtok: 2, output_mtok: 4 } },
  ];
  const { records, coverage } = convert(model({ prices }));
  expect(records.map(({ price }) => price.perToken)).toEqual([{ input: 2_000_000n, output: 9_000_000n }]);
  expect(coverage.hourly).toBe(1);
});

test('prices for long inputs are kept as tiers, whole', () => {
  const prices = {
    input_mtok: { base: 1, tiers: [{ start: 200_000, price: 2 }] },
    cache_read_mtok: 0.5,
    output_mtok: { base: 3, tiers: [{ start: 200_000, price: 4 }] },
  };
  expect(convert(model({ prices })).records[0]?.price).toEqual({
    from: 0,
    perToken: { input: 1_000_000n, cachedInput: 500_000n, output: 3_000_000n },
    tiers: [{ above: 200_000, perToken: { input: 2_000_000n, cachedInput: 500_000n, output: 4_000_000n } }],
    source: 'list@1',
  });
});

test('a negative, endless or absurd price is refused, and the other models are taken', () => {
  const wrong = [-1, Number.NaN, Number.POSITIVE_INFINITY, 10_001];
  const models = wrong.map((amount, index) =>
    model({ id: `w${index}`, match: { equals: `w${index}` }, prices: { input_mtok: amount, output_mtok: 1 } }),
  );
  const { records, refused } = convert(model({}), ...models);
  expect(records.map((record) => record.model)).toEqual(['m']);
  expect(refused.length).toBe(4);
  expect(refused[0]).toBe('openai/w0: input_mtok is -1, which is no price from 0 to 10000 USD');
});

test('what has no price for a token or a call is left unknown, not free', () => {
  const { records, coverage } = convert(
    model({ prices: { audio_hours: 0.36 } }),
    model({ id: 'n', match: { equals: 'n' }, prices: {} }),
  );
  expect(records).toEqual([]);
  expect(coverage).toEqual({ providers: 1, models: 2, priced: 0, tiered: 0, hourly: 0, unmetered: 1, inexact: 0 });
});

test('a name that an earlier model takes is not given to a later one', () => {
  const { records } = convert(
    model({ id: 'm-1', match: { starts_with: 'm-' } }),
    model({ id: 'm-2', match: { equals: 'm-2' } }),
  );
  expect(records.map((record) => record.model)).toEqual(['m-1', 'm-*']);
});

test('dated names become patterns, what has no pattern is counted', () => {
  const clauses = [
    { regex: '^gpt-6\\.1-\\d{4}-\\d{2}$' },
    { regex: '^a-\\d' },
    { regex: '^x\\[fast=true\\]$' },
    { regex: '^(?!x)' },
    { regex: 'b' },
    { ends_with: 'z' },
    { contains: 'y' },
  ];
  expect(clauses.map((clause) => modelsOf(clause).models[0])).toEqual([
    'gpt-6.1-####-##',
    'a-#*',
    'x[fast=true]',
    undefined,
    undefined,
    '*z',
    '*y*',
  ]);
  expect(modelsOf({ and: [{ starts_with: 'm' }, { regex: '^(?!x)' }] })).toEqual({ models: ['m*'], inexact: true });
});

test('every model of the list costs with us what it costs with the list', async () => {
  const providers = (await waitForUpdate()) ?? [];
  const { records, refused, coverage } = convertSeed(providers, 'list@1');
  expect(refused).toEqual([]);
  expect(coverage.priced).toBeGreaterThan(1_500);
  const kinds: Readonly<Record<string, string>> = {
    aws: 'bedrock',
    azure: 'azure-openai',
    google: 'gemini',
    voyageai: 'voyage',
    'x-ai': 'xai',
  };
  const book = priceBook({
    records,
    providers: providers.map(({ id }) => ({ name: id, kind: kinds[id] ?? id, local: false, prices: [] })),
  });
  let compared = 0;
  const different: string[] = [];
  // At hours at which the dearer price is in force, where there is one.
  for (const at of [Date.UTC(2025, 0, 1, 12), Date.UTC(2026, 9, 1, 2, 30), Date.UTC(2027, 1, 1, 2, 30)]) {
    for (const provider of providers) {
      for (const { id } of provider.models) {
        for (const input of [1_000, 300_000]) {
          const listed = calcPrice({ input_tokens: input, cache_read_tokens: 100, output_tokens: 1_000 }, id, {
            providerId: provider.id,
            timestamp: new Date(at),
          });
          const words = Object.keys(listed?.model_price ?? {});
          const price = book.priceOf(provider.id, id, at);
          const priced = words.some((word) => ['input_mtok', 'output_mtok', 'requests_kcount'].includes(word));
          if (listed === null || !priced) {
            if (price !== undefined) different.push(`${provider.id}/${id}: a price of ours alone`);
            continue;
          }
          compared += 1;
          const cost =
            price &&
            Number(formatUsd(costOf({ tokens: { input: input - 100, cachedInput: 100, output: 1_000 } }, price)));
          if (Math.abs((cost ?? -1) - listed.total_price) > 1e-8)
            different.push(`${provider.id}/${id}: ${cost} for ${listed.total_price}`);
        }
      }
    }
  }
  expect(different).toEqual([]);
  expect(compared).toBeGreaterThan(5_000);
});
