import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import type { AuditRecord, PriceRecord, Prices } from '../store/store.ts';
import { convertInWorker, seedPrices, seedSource } from './seed.ts';
import type { Seed } from './seed-conversion.ts';

function memory(...records: PriceRecord[]) {
  const summaries: (string | undefined)[] = [];
  const prices: Prices = {
    all: async () => [...records],
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

const coverage = { providers: 1, models: 1, priced: 1, tiered: 0, hourly: 0, unmetered: 0, inexact: 0 };

test('a new list is added beside the old one, once', async () => {
  const old = record('genai-prices@0.0.1');
  const fresh = record(seedSource);
  const prices = memory(old);
  let conversions = 0;
  const convert = async (): Promise<Seed> => {
    conversions += 1;
    return { records: [fresh], refused: ['x'], coverage };
  };
  expect(await seedPrices(prices, { at: 0, record: told, convert })).toEqual({
    records: [old, fresh],
    added: { coverage, refused: ['x'], jumps: [] },
  });
  expect(await seedPrices(prices, { at: 0, record: told, convert })).toEqual({ records: [old, fresh] });
  expect(conversions).toBe(1);
  expect(prices.summaries).toEqual([`took up 1 prices of ${seedSource}`]);
});

test('what cannot be read is told, and nothing is stored', async () => {
  const prices = memory();
  await expect(
    seedPrices(prices, { ...{ at: 0, record: told }, convert: () => Promise.reject(new Error('unreadable')) }),
  ).rejects.toThrow('unreadable');
  expect(await prices.all()).toEqual([]);
});

test('the worker gives the whole list', async () => {
  const seed = await convertInWorker();
  expect(seed.records.length).toBeGreaterThan(2_500);
  expect(seed.records.find(({ provider, model }) => provider === 'openai' && model === 'gpt-5-mini')).toEqual({
    provider: 'openai',
    model: 'gpt-5-mini',
    price: { from: 0, perToken: { input: 250_000n, cachedInput: 25_000n, output: 2_000_000n }, source: seedSource },
  });
});

test('the list is the one that is installed', () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(manifest).toMatchObject({ dependencies: { '@pydantic/genai-prices': seedSource.split('@')[1] } });
});
