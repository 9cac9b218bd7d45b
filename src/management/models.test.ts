import { describe, expect, test } from 'bun:test';
import { administrator, fakeContext } from '../../test/fakes/surroundings.ts';
import type { Context, ListedModel } from './context.ts';
import { procedures } from './index.ts';
import { perform } from './perform.ts';

const operations = ['chat'] as const;
const listed: readonly ListedModel[] = [
  { id: 'fast', operations },
  { id: 'b/x', provider: 'b', operations: ['embed'], operationsFrom: 'provider' },
  { id: 'b/y', provider: 'b', operations, disabled: true },
  {
    id: 'openai/gpt-5-mini',
    provider: 'openai',
    operations,
    price: {
      from: 0,
      source: 'test',
      perToken: { input: 150_000n, cachedInput: 37_500n, output: 600_000n },
      perRequest: 10_000n,
      tiers: [{ above: 200_000, perToken: { input: 300_000n } }],
    },
    facts: {
      contextTokens: 400_000,
      tools: true,
      retiresAt: Date.UTC(2027, 0, 31),
      sources: { contextTokens: 'provider', tools: 'management', retiresAt: 'provider' },
    },
  },
];
const unknown = { disabled: false, operations_source: null, prices: null, facts: null, override: null };

async function run(name: string, context: Context, input: unknown): Promise<Record<string, unknown>> {
  const procedure = procedures.find((one) => one.name === name);
  if (procedure === undefined) throw new Error(`no procedure ${name}`);
  return await perform(procedure, context, input);
}

async function ids(context: Context, input: object): Promise<readonly unknown[]> {
  const { data } = (await run('models.list', context, input)) as { data: readonly { id: string }[] };
  return data.map(({ id }) => id);
}

describe('models.list', () => {
  test('tells prices in USD per million tokens, what is known and who says so', async () => {
    const context = await fakeContext({ models: () => listed });
    expect(await run('models.list', context, { limit: 2, after: 'model:b/x' })).toEqual({
      data: [
        { ...unknown, id: 'b/y', provider: 'b', operations, disabled: true },
        {
          ...unknown,
          id: 'openai/gpt-5-mini',
          provider: 'openai',
          operations,
          prices: {
            ...{ input: '0.15', cached_input: '0.0375', output: '0.6', request: '0.00001' },
            tiers: [{ above: 200_000, input: '0.3' }],
          },
          facts: {
            ...{ context_window: 400_000, tools: true, retires_at: '2027-01-31T00:00:00.000Z' },
            sources: { context_window: 'provider', tools: 'management', retires_at: 'provider' },
          },
        },
      ],
      has_more: false,
      next: null,
    });
    expect(await run('models.list', context, { limit: 2 })).toEqual({
      data: [
        { ...unknown, id: 'fast', provider: null, operations },
        { ...unknown, id: 'b/x', provider: 'b', operations: ['embed'], operations_source: 'provider' },
      ],
      has_more: true,
      next: 'model:b/x',
    });
  });

  test('goes on behind a model that is gone by then, and refuses a cursor of nothing', async () => {
    const context = await fakeContext({ models: () => listed });
    expect(await ids(context, { after: 'model:b/gone' })).toEqual(['b/x', 'b/y', 'openai/gpt-5-mini']);
    expect(await ids(context, { after: 'alias:fast' })).toEqual(['b/x', 'b/y', 'openai/gpt-5-mini']);
    for (const after of ['x', 'b/x', 'model:', 'model:x', 'alias:', '{}']) {
      const refusal = { kind: 'request-invalid', details: { param: 'after' } };
      await expect(run('models.list', context, { after })).rejects.toMatchObject(refusal);
    }
  });

  test.each([
    [{ provider: 'b' }, ['b/x', 'b/y']],
    [{ operation: 'embed' }, ['b/x']],
    [{ q: 'GPT' }, ['openai/gpt-5-mini']],
    [{ q: '%' }, []],
    [{ provider: 'b', operation: 'chat' }, ['b/y']],
    [{ provider: 'nobody' }, []],
  ])('leaves out what %p does not mean', async (input, found) => {
    expect(await ids(await fakeContext({ models: () => listed }), input)).toEqual(found);
  });

  test('tells administrators of other organisations of nothing that was set here', async () => {
    const context = await fakeContext({ models: () => listed });
    await run('models.set', context, { id: 'filed/m', disabled: true });
    expect(await ids(context, {})).toEqual(['fast', 'b/x', 'b/y', 'filed/m', 'openai/gpt-5-mini']);
    const foreign = { ...context, principal: { ...administrator, organisationId: 'org_2' } };
    expect(await ids(foreign, {})).toEqual(['fast', 'b/x', 'openai/gpt-5-mini']);
  });
});

describe('models.set', () => {
  const whole = {
    ...{ context_window: 32_768, max_output_tokens: 8_192, vision: false, tools: true, json_schema: true },
    ...{ reasoning: false, operations: ['chat'], retires: '2027-01-31' },
  };

  test('keeps what is said, in the words of the file, for a model that nobody lists too', async () => {
    const context = await fakeContext();
    const at = '2026-11-21T12:00:00.000Z';
    const override = { ...whole, mistake: null, version: 1, created_at: at, updated_at: at };
    const made = await run('models.set', context, { id: 'filed/m', ...whole, disabled: true });
    const model = { ...unknown, id: 'filed/m', provider: 'filed', operations: [], disabled: true, override };
    expect(made).toEqual(model);
    expect(await run('models.get', context, { id: 'filed/m' })).toEqual(model);
    const { context_window: _, ...rest } = whole;
    const second = await run('models.set', context, { id: 'filed/m', context_window: null, disabled: false });
    expect(second).toEqual({
      ...model,
      disabled: false,
      override: { ...override, ...{ version: 2 }, ...rest, context_window: undefined },
    });
    expect(context.configuration.read().models.map(({ entry }) => entry)).toEqual([rest]);
  });

  test('is in the books with what was said', async () => {
    const context = await fakeContext();
    await run('models.set', context, { id: 'filed/m', tools: true, disabled: true });
    await run('models.delete', context, { id: 'filed/m' });
    const { data } = (await run('config.history', context, {})) as { data: object[] };
    expect(data).toMatchObject([
      { procedure: 'models.delete', subject: 'filed/m', summary: 'took out what was set of "filed/m"' },
      {
        procedure: 'models.set',
        subject: 'filed/m',
        summary: 'set tools, disabled of "filed/m": {"tools":true,"disabled":true}',
      },
    ]);
  });

  test.each([
    [{ context_window: 0 }, 'request-invalid', 'context_window'],
    [{ context_window: 1.5 }, 'request-invalid', 'context_window'],
    [{ max_output_tokens: '8k' }, 'request-invalid', 'max_output_tokens'],
    [{ operations: ['sing'] }, 'request-invalid', 'operations[0]'],
    [{ retires: 'soon' }, 'request-invalid', 'retires'],
    [{ retires: '2027-13-31' }, 'request-invalid', 'retires'],
    [{ vision: 'yes' }, 'request-invalid', 'vision'],
    [{ context: 5 }, 'request-invalid', 'context'],
    [{ disabled: null }, 'request-invalid', 'disabled'],
    [{ id: '' }, 'request-invalid', 'id'],
    [{ id: 'm' }, 'request-invalid', 'id'],
    [{ id: 'filed/' }, 'request-invalid', 'id'],
    [{ id: '/m' }, 'request-invalid', 'id'],
    [{ id: 'filed/*' }, 'request-invalid', 'id'],
    [{ id: 'filed/m?x' }, 'request-invalid', 'id'],
    [{ id: 'filed/m\u0000' }, 'request-invalid', 'id'],
    [{ id: `filed/${'m'.repeat(600)}` }, 'request-invalid', 'id'],
    [{ id: 'nobody/m' }, 'request-invalid', 'id'],
    [{ id: 'openai/m' }, 'request-invalid', 'id'],
    [{ id: '__proto__/m' }, 'request-invalid', 'id'],
    [{ id: 'steady' }, 'resource-conflict', 'id'],
  ])('refuses what is wrong, naming the field (%#)', async (input, kind, param) => {
    const context = await fakeContext();
    await expect(run('models.set', context, { id: 'filed/m', ...input })).rejects.toMatchObject({
      kind,
      details: { param },
    });
    expect([context.configuration.read().models, await context.store.settings.all()]).toEqual([[], []]);
  });
});

describe('models.delete', () => {
  test('leaves the model as its provider has it, and finds nothing a second time', async () => {
    const context = await fakeContext({ models: () => listed });
    await run('providers.create', context, { name: 'b', type: 'openai-compatible', base_url: 'http://b.invalid/v1' });
    await run('models.set', context, { id: 'b/x', tools: true });
    expect(await run('models.delete', context, { id: 'b/x' })).toMatchObject({ override: { tools: true } });
    expect(await run('models.get', context, { id: 'b/x' })).toMatchObject({ id: 'b/x', override: null });
    const nothing = { kind: 'resource-unknown', details: { param: 'id' } };
    for (const id of ['b/x', 'b/nothing'])
      await expect(run('models.delete', context, { id })).rejects.toMatchObject(nothing);
    await expect(run('models.delete', context, { id: 'steady' })).rejects.toMatchObject({ kind: 'resource-conflict' });
  });

  test('goes before its provider, which is needed until then', async () => {
    const context = await fakeContext();
    await run('providers.create', context, { name: 'b', type: 'openai-compatible', base_url: 'http://b.invalid/v1' });
    await run('models.set', context, { id: 'b/x', tools: true });
    const refusal = { kind: 'resource-conflict', message: expect.stringContaining('model.b/x') };
    await expect(run('providers.delete', context, { name: 'b' })).rejects.toMatchObject(refusal);
    await run('models.delete', context, { id: 'b/x' });
    expect(await run('providers.delete', context, { name: 'b' })).toMatchObject({ name: 'b' });
  });
});
