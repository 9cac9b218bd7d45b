import { describe, expect, test } from 'bun:test';
import { fakeContext, noon } from '../../test/fakes/surroundings.ts';
import type { Context } from './context.ts';
import { procedures } from './index.ts';
import { perform } from './perform.ts';

describe('rate limits', () => {
  test('are kept and told as they were given: a plain rule as an object, others as a list', async () => {
    const context = await fakeContext();
    const plain = { requests_per_minute: 60, tokens_per_minute: 100_000, parallel_requests: 8 };
    const key = await run('keys.create', context, { name: 'web', rate_limits: plain });
    expect(key).toMatchObject({ rate_limits: plain, budgets: [] });
    const list = [
      plain,
      { requests_per_day: 0, model: 'openai/gpt-5', mode: 'observe' },
      { audio_seconds_per_day: 9, end_user: '*', tag: 'x' },
    ];
    const changed = await run('keys.update', context, { id: key['id'], rate_limits: list });
    expect(changed['rate_limits']).toEqual([
      { id: expect.stringMatching(/^rate_/), ...plain, mode: 'hard' },
      { id: expect.stringMatching(/^rate_/), requests_per_day: 0, model: 'openai/gpt-5', mode: 'observe' },
      { id: expect.stringMatching(/^rate_/), audio_seconds_per_day: 9, end_user: '*', tag: 'x', mode: 'hard' },
    ]);
    expect(await run('keys.get', context, { id: key['id'] })).toEqual(changed);
    expect(await run('keys.update', context, { id: key['id'], name: 'other' })).toMatchObject({
      rate_limits: changed['rate_limits'],
    });
    for (const none of [null, {}, []]) {
      await run('keys.update', context, { id: key['id'], rate_limits: plain });
      expect(await run('keys.update', context, { id: key['id'], rate_limits: none })).toMatchObject({
        rate_limits: null,
      });
    }
  });

  test('a changed rule stays the same rule, so that what it counted goes on', async () => {
    const context = await fakeContext();
    const { id } = await run('keys.create', context, { name: 'web', rate_limits: { requests_per_minute: 60 } });
    const ids = async (rate_limits: unknown): Promise<readonly string[]> => {
      await run('keys.update', context, { id, rate_limits });
      return ((await context.store.keys.get(String(id)))?.rates ?? []).map((rule) => rule.id);
    };
    const [first = ''] = await ids({ requests_per_minute: 60 });
    expect(await ids({ requests_per_minute: 30 })).toEqual([first]);
    const [, second = ''] = await ids([{ requests_per_day: 5 }, { requests_per_day: 1, tag: 'x' }]);
    expect(second).not.toBe(first);
    expect(await ids([{ requests_per_day: 1, tag: 'x', mode: 'observe' }, { requests_per_day: 5 }])).toEqual([
      second,
      first,
    ]);
    expect(await ids([{ id: first, requests_per_day: 1, tag: 'y' }])).toEqual([first]);
  });

  test.each([
    [
      { requests_per_minut: 60 },
      'rate_limits.requests_per_minut',
      'rate_limits has no field "requests_per_minut"; did you mean requests_per_minute',
    ],
    [
      { requests_per_minute: -1 },
      'rate_limits.requests_per_minute',
      'rate_limits.requests_per_minute is -1; it must be a whole number from 0',
    ],
    [{ requests_per_minute: 1.5 }, 'rate_limits.requests_per_minute', 'is 1.5; it must be a whole number'],
    [{ requests_per_minute: '60' }, 'rate_limits.requests_per_minute', 'is "60"; it must be a whole number'],
    [{ requests_per_minute: 1e13 }, 'rate_limits.requests_per_minute', 'to 1000000000000'],
    [60, 'rate_limits', 'rate_limits is 60; it must be an object such as {"requests_per_minute": 60}'],
    [[{ tag: 'x' }], 'rate_limits[0]', 'it must be one that names a limit: requests_per_minute'],
    [[{ requests_per_day: 1, mode: 'soft' }], 'rate_limits[0].mode', 'one of hard, observe'],
    [[{ requests_per_day: 1, model: 'fast' }], 'rate_limits[0].model', 'is "fast"; it must be provider/model'],
    [[{ requests_per_day: 1, end_user: '' }], 'rate_limits[0].end_user', 'a text of 1 to 500 characters'],
    [[{ requests_per_day: 1, id: 'rate_none' }], 'rate_limits[0].id', 'the id of one that is there'],
    [Array.from({ length: 101 }, () => ({ requests_per_day: 1 })), 'rate_limits', 'a list of at most 100 rules'],
  ])('%j is refused in words', async (rate_limits, param, words) => {
    const context = await fakeContext();
    for (const name of ['keys.create', 'projects.create', 'organisations.create']) {
      await expect(run(name, context, { name: 'x', rate_limits })).rejects.toMatchObject({
        kind: 'request-invalid',
        message: expect.stringContaining(words),
        details: { param },
      });
    }
    expect((await context.store.keys.list({ limit: 10 })).data).toEqual([]);
  });
});

describe('budgets', () => {
  const usual = { period: 'day', mode: 'hard', window: 'calendar', timezone: 'UTC' };

  test('are kept to the nano-dollar and told with what was not said', async () => {
    const context = await fakeContext();
    const budgets = [
      { limit_usd: '5.00', period: 'day' },
      {
        limit_usd: '0.000000001',
        period: 'month',
        mode: 'soft',
        window: 'rolling',
        timezone: 'Europe/Berlin',
        tag: '*',
      },
    ];
    const project = await run('projects.create', context, { name: 'shop', budgets });
    expect(project['budgets']).toEqual([
      { id: expect.stringMatching(/^budget_/), limit_usd: '5', ...usual },
      { id: expect.stringMatching(/^budget_/), ...budgets[1] },
    ]);
    expect(
      (await context.store.tenants.projects()).at(-1)?.budgets?.map(({ limit, createdAt }) => [limit, createdAt]),
    ).toEqual([
      [5_000_000_000n, noon],
      [1n, noon],
    ]);
  });

  test('one that only has another limit is the same one, and so is one that says which it is', async () => {
    const context = await fakeContext();
    const before = await run('organisations.create', context, {
      name: 'Acme',
      budgets: [
        { limit_usd: '5', period: 'day' },
        { limit_usd: '6', period: 'day', tag: 'x' },
      ],
    });
    const [first = '', second = ''] = idsOf(before);
    const update = async (budgets: unknown) =>
      idsOf(await run('organisations.update', context, { id: before['id'], budgets }));
    expect(
      await update([
        { limit_usd: '7', period: 'day', tag: 'x' },
        { limit_usd: '8', period: 'day' },
      ]),
    ).toEqual([second, first]);
    expect(await update([{ id: second, limit_usd: '7', period: 'month' }])).toEqual([second]);
    expect(await update([{ limit_usd: '7', period: 'day' }])).not.toEqual([second]);
    expect(await update(null)).toEqual([]);
  });

  test('what is spent and held is told where somebody keeps it', async () => {
    const context = { ...(await fakeContext()), balanceOf: () => ({ spent: 1_500_000_000n, reserved: 10n }) };
    const key = await run('keys.create', context, { name: 'web', budgets: [{ limit_usd: '5', period: 'day' }] });
    expect(key['budgets']).toMatchObject([{ limit_usd: '5', spent_usd: '1.5', reserved_usd: '0.00000001' }]);
  });

  test.each([
    [{ period: 'day' }, 'budgets[0].limit_usd', 'is missing; it must be a decimal number of USD'],
    [{ limit_usd: 5, period: 'day' }, 'budgets[0].limit_usd', 'is 5; it must be a decimal number of USD as a string'],
    [{ limit_usd: '-1', period: 'day' }, 'budgets[0].limit_usd', 'from 0 to 100000000'],
    [{ limit_usd: '0.0000000001', period: 'day' }, 'budgets[0].limit_usd', 'at most nine decimals'],
    [{ limit_usd: '1e3', period: 'day' }, 'budgets[0].limit_usd', 'is "1e3"'],
    [{ limit_usd: '100000000.01', period: 'day' }, 'budgets[0].limit_usd', 'from 0 to 100000000'],
    [{ limit_usd: '5' }, 'budgets[0].period', 'is missing; it must be one of minute, hour, day'],
    [{ limit_usd: '5', period: 'monthly' }, 'budgets[0].period', 'did you mean month?'],
    [{ limit_usd: '5', period: 'day', timezone: 'Europe/Berln' }, 'budgets[0].timezone', 'did you mean Europe/Berlin'],
    [{ limit_usd: '5', period: 'day', timezone: '+02:00' }, 'budgets[0].timezone', 'by its IANA name'],
    [{ limit_usd: '5', period: 'total', window: 'rolling' }, 'budgets[0].window', 'where period is total'],
    [{ limit_usd: '5', period: 'day', limit: 1 }, 'budgets[0].limit', 'budgets[0] has no field "limit"'],
  ])('%j is refused in words', async (budget, param, words) => {
    await expect(run('keys.create', await fakeContext(), { name: 'x', budgets: [budget] })).rejects.toMatchObject({
      kind: 'request-invalid',
      message: expect.stringContaining(words),
      details: { param },
    });
  });
});

test('a key that is limited itself gives and changes none that may do more', async () => {
  const context = await fakeContext();
  const limits = { rate_limits: { requests_per_minute: 60 }, budgets: [{ limit_usd: '5', period: 'day' }] };
  const own = await run('keys.create', context, { name: 'admin', role: 'admin', ...limits });
  const free = await run('keys.create', context, { name: 'free' });
  const bound = { ...context, principal: { ...context.principal, keyId: String(own['id']) } };
  const refusal = async (input: object): Promise<unknown> =>
    await run('keys.create', bound, { name: 'web', ...limits, ...input }).then(
      () => 'given',
      ({ kind, details }) => [kind, details.param],
    );
  expect(await refusal({ rate_limits: null })).toEqual(['permission-denied', 'rate_limits']);
  expect(await refusal({ rate_limits: { requests_per_minute: 61 } })).toEqual(['permission-denied', 'rate_limits']);
  expect(await refusal({ rate_limits: [{ requests_per_minute: 6, mode: 'observe' }] })).toEqual([
    'permission-denied',
    'rate_limits',
  ]);
  expect(await refusal({ budgets: [] })).toEqual(['permission-denied', 'budgets']);
  expect(await refusal({ budgets: [{ limit_usd: '5', period: 'hour' }] })).toEqual(['permission-denied', 'budgets']);
  expect(await refusal({})).toBe('given');
  for (const id of [own['id'], free['id']]) {
    await expect(run('keys.update', bound, { id, rate_limits: null })).rejects.toMatchObject({
      kind: 'permission-denied',
    });
  }
});

function idsOf({ budgets }: Readonly<Record<string, unknown>>): readonly string[] {
  return (budgets as readonly { readonly id: string }[]).map(({ id }) => id);
}

async function run(name: string, context: Context, input: unknown): Promise<Record<string, unknown>> {
  const procedure = procedures.find((one) => one.name === name);
  if (procedure === undefined) throw new Error(`no procedure ${name}`);
  return await perform(procedure, context, input);
}
