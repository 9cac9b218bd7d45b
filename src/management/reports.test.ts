import { describe, expect, test } from 'bun:test';
import { fakeContext, fakeEntry, noon, stoppedClock } from '../../test/fakes/surroundings.ts';
import type { CatalogueState, Context } from './context.ts';
import { procedures } from './index.ts';
import { perform } from './perform.ts';

describe('requests.list', () => {
  test('tells a call in the fixed names', async () => {
    const context = await fakeContext();
    const first = fakeEntry({ closing: false, outcome: 'failed', failure: 'provider-overloaded', cost: 500n });
    const last = fakeEntry({
      attempt: 2,
      usage: { tokens: { input: 10, cachedInput: 5, output: 20 }, reportedCost: 2_000n },
      firstByteMs: 80,
      upstreamStatus: 200,
      upstreamRequestId: 'up_1',
      endUser: 'ann',
      tags: ['shop'],
      metadata: '{"order":{"id":7}}',
      lost: [{ path: 'logit_bias', why: 'unsupported' }],
      flags: ['usage-estimated'],
    });
    await context.store.ledger.append(first);
    await context.store.ledger.append(last);
    expect(await run('requests.list', context, {})).toEqual({
      data: [
        {
          id: 'req_1',
          created_at: '2026-11-21T12:00:00.000Z',
          key_id: 'key_1',
          project_id: 'proj_default',
          dialect: 'openai-chat',
          operation: 'chat',
          stream: false,
          requested_model: 'fast',
          model: 'gpt-5-mini',
          provider: 'openai',
          status: 200,
          outcome: 'complete',
          failure: null,
          usage: {
            tokens: {
              input: 10,
              cached_input: 5,
              cache_write: null,
              cache_write_1h: null,
              audio_input: null,
              output: 20,
              reasoning: null,
              audio_output: null,
              total: 35,
            },
            units: {},
            service_tier: null,
            basis: 'reported',
            reported_cost_usd: '0.000002',
          },
          cost_usd: '0.000002',
          adjusted_usd: null,
          latency_ms: 250,
          first_byte_ms: 80,
          attempts: 2,
          lost: [{ path: 'logit_bias', why: 'unsupported' }],
          flags: ['usage-estimated'],
          tags: ['shop'],
          end_user: 'ann',
          metadata: { order: { id: 7 } },
          upstream_status: 200,
          upstream_request_id: 'up_1',
        },
      ],
      has_more: false,
      next: null,
    });
  });

  test('tells a refusal, whose model and price are unknown, with nulls', async () => {
    const context = await fakeContext();
    const { provider: _p, model: _m, cost: _c, ...bare } = fakeEntry();
    const refused = { ...bare, attempt: 0, status: 404, outcome: 'refused', failure: 'model-unknown' } as const;
    await context.store.ledger.append({ ...refused, usage: { tokens: {} }, basis: 'none', metadata: 'no json' });
    expect(await run('requests.list', context, {})).toMatchObject({
      data: [{ provider: null, model: null, cost_usd: null, failure: 'model-unknown', attempts: 0, metadata: null }],
    });
  });
});

describe('usage.list', () => {
  test('adds up by group and stretch of time', async () => {
    const context = await fakeContext();
    await context.store.ledger.append(fakeEntry());
    const { cost: _cost, ...unpriced } = fakeEntry({ requestId: 'req_2', status: 502, outcome: 'failed' });
    await context.store.ledger.append(unpriced);
    expect(await run('usage.list', context, { group_by: ['key', 'model', 'key'], bucket: 'day' })).toEqual({
      data: [
        {
          bucket_start: '2026-11-21T00:00:00.000Z',
          model: 'gpt-5-mini',
          key_id: 'key_1',
          requests: 2,
          failures: 1,
          tokens: {
            input: 20,
            cached_input: 10,
            cache_write: 0,
            cache_write_1h: 0,
            audio_input: 0,
            output: 40,
            reasoning: 0,
            audio_output: 0,
            total: 70,
          },
          units: { image: 0, audio_second: 0, video_second: 0, character: 0, compute_second: 0 },
          cost_usd: '0.0000015',
          overrun_usd: '0',
          adjusted_usd: '0',
          reported_cost_usd: '0',
          unpriced_requests: 1,
        },
      ],
      has_more: false,
      next: null,
    });
  });

  test('adds up by the tier of service that answered, null where nobody said', async () => {
    const context = await fakeContext();
    for (const [index, serviceTier] of ['flex', 'priority', 'flex', undefined].entries()) {
      const usage = { tokens: { input: 1 }, ...(serviceTier && { serviceTier }) };
      await context.store.ledger.append(fakeEntry({ requestId: `req_${index}`, usage }));
    }
    const { data } = await run('usage.list', context, { group_by: ['service_tier', 'model'] });
    expect(data).toMatchObject([
      { model: 'gpt-5-mini', service_tier: null, requests: 1 },
      { model: 'gpt-5-mini', service_tier: 'flex', requests: 2 },
      { model: 'gpt-5-mini', service_tier: 'priority', requests: 1 },
    ]);
  });

  test('counts to this very moment and 30 days back unless told otherwise', async () => {
    const context = await fakeContext();
    const startedAts = [noon, noon - 29 * 86_400_000, noon - 31 * 86_400_000];
    for (const startedAt of startedAts) {
      await context.store.ledger.append(fakeEntry({ startedAt, requestId: `req_${startedAt}` }));
    }
    expect(await run('usage.list', context, {})).toMatchObject({ data: [{ requests: 2 }] });
    const past = { from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00+00:00' };
    expect(await run('usage.list', context, past)).toMatchObject({ data: [{ requests: 2 }] });
  });

  test('goes on page by page over the time of the first page, whatever is spent meanwhile', async () => {
    const context = await fakeContext();
    for (const endUser of ['ann', 'bob', 'cid'])
      await context.store.ledger.append(fakeEntry({ requestId: `req_${endUser}`, endUser }));
    const first = await run('usage.list', context, { group_by: ['user'], limit: 2 });
    expect(first).toMatchObject({ data: [{ user: 'ann' }, { user: 'bob' }], has_more: true });
    const later = { ...context, clock: stoppedClock(noon + 5_000) };
    for (const endUser of ['aba', 'dan'])
      await context.store.ledger.append(fakeEntry({ requestId: `req_${endUser}`, endUser, startedAt: noon + 3_000 }));
    const next = { group_by: ['user'], limit: 2, after: first['next'] };
    const rest = await run('usage.list', later, next);
    expect(rest).toMatchObject({ data: [{ user: 'cid' }], has_more: false, next: null });
    expect(await run('usage.list', later, { ...next, to: '2026-11-21T12:00:04Z' })).toMatchObject({
      data: [{ user: 'cid' }, { user: 'dan' }],
    });
  });

  test.each([
    ['a cursor of nothing', { after: 'x' }, 'after'],
    ['a cursor of other groups', { group_by: ['key'], after: 'zz~x' }, 'after'],
    ['more than a page holds', { limit: 1001 }, 'limit'],
    ['an empty stretch', { from: '2026-11-02T00:00:00Z', to: '2026-11-02T00:00:00Z' }, 'from'],
    ['more buckets than one page may have', { from: '2020-01-01T00:00:00Z', bucket: 'minute' }, 'bucket'],
    ['a group that is none', { group_by: ['modle'] }, 'group_by[0]'],
  ])('refuses %s', async (_what, input, param) => {
    await expect(run('usage.list', await fakeContext(), input)).rejects.toMatchObject({
      kind: 'request-invalid',
      details: { param },
    });
  });
});

describe('projects', () => {
  test('are created in the organisation of who asks and listed newest first', async () => {
    const context = await fakeContext();
    const shop = await run('projects.create', { ...context, clock: stoppedClock(noon + 1_000) }, { name: 'shop' });
    expect(shop).toEqual({
      id: 'proj_1',
      name: 'shop',
      organisation_id: 'org_1',
      created_at: '2026-11-21T12:00:01.000Z',
      archived_at: null,
      budgets: [],
      rate_limits: null,
    });
    const first = { ...shop, id: 'proj_default', name: 'default', created_at: '2026-11-21T12:00:00.000Z' };
    expect(await run('projects.list', context, {})).toEqual({ data: [shop, first], has_more: false, next: null });
  });
});

async function run(name: string, context: Context, input: unknown): Promise<Record<string, unknown>> {
  const procedure = procedures.find((one) => one.name === name);
  if (procedure === undefined) throw new Error(`no procedure ${name}`);
  return await perform(procedure, context, input);
}

describe('the catalogue', () => {
  const state: CatalogueState = {
    lists: [
      { provider: 'mistral', list: { at: noon, models: 3 } },
      { provider: 'openai', problem: 'api.openai.com cannot be reached.' },
    ],
    retiring: [{ alias: 'support', model: 'openai/gpt-4', retiresAt: noon }],
    refusedPrices: [{ provider: 'openai', model: 'o3', why: 'input would cost 9 pico-USD per token after 1' }],
  };
  const spelled = {
    lists: [
      { provider: 'mistral', read_at: '2026-11-21T12:00:00.000Z', models: 3, problem: null },
      { provider: 'openai', read_at: null, models: null, problem: 'api.openai.com cannot be reached.' },
    ],
    retiring: [{ alias: 'support', model: 'openai/gpt-4', retires_at: '2026-11-21T12:00:00.000Z' }],
    refused_prices: [{ provider: 'openai', model: 'o3', why: 'input would cost 9 pico-USD per token after 1' }],
  };

  test('is shown as it stands, and after every provider was asked anew', async () => {
    let asked = 0;
    const refresh = async (): Promise<void> => {
      asked += 1;
    };
    const context = await fakeContext({ catalogue: { report: () => state, refresh } });
    expect(await run('catalogue.show', context, {})).toEqual(spelled);
    expect(asked).toBe(0);
    expect(await run('catalogue.refresh', context, {})).toEqual(spelled);
    expect(asked).toBe(1);
  });
});
