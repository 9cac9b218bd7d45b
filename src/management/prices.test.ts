import { describe, expect, test } from 'bun:test';
import { fakeContext, noon } from '../../test/fakes/surroundings.ts';
import type { Context } from './context.ts';
import { procedures } from './index.ts';
import { perform } from './perform.ts';

const price = { provider: 'filed', model: 'm', input: '0.15', output: '0.6' };

describe('prices.set', () => {
  test('sets a price from now on, exactly, and tells of it', async () => {
    const context = await fakeContext();
    expect(await run('prices.set', context, { ...price, cached_input: '0.0375', request: '0.000000001' })).toEqual({
      provider: 'filed',
      model: 'm',
      valid_from: '2026-11-21T12:00:00.000Z',
      source: 'management',
      prices: { input: '0.15', cached_input: '0.0375', output: '0.6', request: '0.000000001' },
    });
    expect(await context.store.prices.all()).toEqual([
      {
        provider: 'filed',
        model: 'm',
        price: {
          from: noon,
          perToken: { input: 150_000n, cachedInput: 37_500n, output: 600_000n },
          perRequest: 1n,
          source: 'management',
        },
      },
    ]);
    expect(await run('prices.history', context, { provider: 'filed', model: 'M' })).toMatchObject({
      data: [{ model: 'm', source: 'management' }],
    });
  });

  test('sets prices of units, of long inputs and of tiers of service, and tells them again', async () => {
    const context = await fakeContext();
    const prices = {
      ...{ input: '1.25', output: '10', image: '0.04', audio_second: '0.0001', compute_second: '0.000277777778' },
      tiers: [{ above: 200_000, input: '2.5', output: '15' }],
      service_tiers: { flex: { input: '0.625', output: '5', request: '0.01' } },
    };
    expect(await run('prices.set', context, { provider: 'filed', model: 'm', ...prices })).toMatchObject({ prices });
    const [record] = await context.store.prices.all();
    expect(record?.price).toEqual({
      from: noon,
      perToken: { input: 1_250_000n, output: 10_000_000n },
      tiers: [{ above: 200_000, perToken: { input: 2_500_000n, output: 15_000_000n } }],
      perUnit: { images: 40_000_000_000n, audioSeconds: 100_000_000n, computeSeconds: 277_777_778n },
      serviceTiers: { flex: { perToken: { input: 625_000n, output: 5_000_000n }, perRequest: 10_000_000n } },
      source: 'management',
    });
  });

  test('one that is more than five times dearer or cheaper is set only when it is confirmed', async () => {
    const inForce = { from: 0, perToken: { input: 100_000n, output: 600_000n }, source: 'test' };
    const context = await fakeContext({ priceOf: () => inForce });
    const set = (input: string, confirm?: boolean) =>
      run('prices.set', context, { ...price, input, ...(confirm && { confirm }) });
    await set('0.5');
    await set('0.02');
    for (const far of ['0.500001', '0.019999', '0']) {
      await expect(set(far)).rejects.toMatchObject({ kind: 'request-invalid', details: { param: 'confirm' } });
    }
    await set('0', true);
    expect(await context.store.prices.all()).toHaveLength(3);
  });

  test.each([
    { what: 'a provider that is not there', input: { ...price, provider: 'flied' }, param: 'provider' },
    { what: 'an input without an output', input: { provider: 'filed', model: 'm', input: '1' }, param: 'output' },
    { what: 'nothing at all', input: { provider: 'filed', model: 'm' }, param: 'input' },
    { what: 'a number too fine to be kept', input: { ...price, input: '0.0000001' }, param: 'input' },
    { what: 'less than nothing', input: { ...price, output: '-1' }, param: 'output' },
    { what: 'more than anybody asks', input: { ...price, output: '10000.1' }, param: 'output' },
    {
      what: 'a tier without an output',
      input: { ...price, service_tiers: { flex: { input: '1' } } },
      param: 'service_tiers.flex.output',
    },
    {
      what: 'a length without an input',
      input: { ...price, tiers: [{ above: 5, output: '1' }] },
      param: 'tiers[0].input',
    },
    { what: 'words', input: { ...price, output: 'free' }, param: 'output' },
  ])('refuses $what', async ({ input, param }) => {
    const context = await fakeContext();
    await expect(run('prices.set', context, input)).rejects.toMatchObject({ details: { param } });
    expect(await context.store.prices.all()).toEqual([]);
  });

  test('refuses one that the configuration would hide', async () => {
    const inForce = { from: 0, perToken: { input: 150_000n, output: 600_000n }, source: 'configuration' };
    const context = await fakeContext({ priceOf: () => inForce });
    await expect(run('prices.set', context, price)).rejects.toMatchObject({ kind: 'resource-conflict' });
  });
});

test('prices.list tells what is in force, of one provider or of all', async () => {
  const context = await fakeContext();
  const listed = { provider: 'openai', model: 'gpt-5-mini', prices: { input: '0.25', output: '2' } };
  expect(await run('prices.list', context, {})).toMatchObject({ data: [listed] });
  expect(await run('prices.list', context, { provider: 'groq' })).toMatchObject({ data: [] });
});

async function run(name: string, context: Context, input: unknown): Promise<Record<string, unknown>> {
  const procedure = procedures.find((one) => one.name === name);
  if (procedure === undefined) throw new Error(`no procedure ${name}`);
  return await perform(procedure, context, input);
}
