import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { waitForUpdate } from '@pydantic/genai-prices';
import { convertSeed } from '../../test/reference/seed-conversion.ts';
import type { AuditRecord, PriceRecord, Prices } from '../store/store.ts';
import { seedPrices } from './seed.ts';
import { listedPrices, seedSource } from './seed-prices.ts';

function memory(...records: PriceRecord[]) {
  const summaries: (string | undefined)[] = [];
  const prices: Prices = {
    all: async () => [...records],
    of: async (providers) => records.filter(({ provider }) => providers.includes(provider)),
    has: async (source) => records.some(({ price }) => price.source === source),
    async add(more, audit) {
      records.push(...more);
      summaries.push(audit?.summary);
    },
  };
  return { ...prices, summaries };
}

function told(summary: string): AuditRecord {
  const who = { actor: 'start', organisationId: 'org_1' };
  return { id: 'audit_1', at: 0, ...who, procedure: 'prices.take', subject: seedSource, summary };
}

function record(source: string): PriceRecord {
  return { provider: 'openai', model: 'o3', price: { from: 0, perToken: { input: 1n }, source } };
}

test('a new list is added beside the old one, once', async () => {
  const old = record('genai-prices@0.0.1');
  const fresh = record(seedSource);
  const prices = memory(old);
  let readings = 0;
  const listed = async (): Promise<readonly PriceRecord[]> => {
    readings += 1;
    return [fresh];
  };
  expect(await seedPrices(prices, { at: 0, record: told, listed })).toEqual({ count: 2, jumps: [] });
  expect(await seedPrices(prices, { at: 0, record: told, listed })).toBeUndefined();
  expect(await prices.all()).toEqual([old, fresh]);
  expect(readings).toBe(1);
  expect(prices.summaries).toEqual([`took up 1 prices of ${seedSource}`]);
});

test('what cannot be read is told, and nothing is stored', async () => {
  const prices = memory();
  await expect(
    seedPrices(prices, { ...{ at: 0, record: told }, listed: () => Promise.reject(new Error('unreadable')) }),
  ).rejects.toThrow('unreadable');
  expect(await prices.all()).toEqual([]);
});

test('the list is every price of the package, as it is converted', async () => {
  const { records, refused } = convertSeed((await waitForUpdate()) ?? [], seedSource);
  const listed = await listedPrices();
  expect(refused).toEqual([]);
  expect(listed.length).toBeGreaterThan(2_500);
  expect(byModel(listed)).toEqual(byModel(records));
  expect(listed.find(({ provider, model }) => provider === 'openai' && model === 'gpt-5-mini')).toEqual({
    provider: 'openai',
    model: 'gpt-5-mini',
    price: { from: 0, perToken: { input: 250_000n, cachedInput: 25_000n, output: 2_000_000n }, source: seedSource },
  });
});

/** The dated prices of a model, in their order. */
function byModel(records: readonly PriceRecord[]): ReadonlyMap<string, readonly PriceRecord[]> {
  return Map.groupBy(records, ({ provider, model }) => `${provider} ${model}`);
}

test('the list is the one that is installed', () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(manifest).toMatchObject({ dependencies: { '@pydantic/genai-prices': seedSource.split('@')[1] } });
});
