import { expect, test } from 'bun:test';
import { fakeContext, fakeEntry, noon } from '../../test/fakes/surroundings.ts';
import type { Context } from './context.ts';
import { procedures } from './index.ts';
import { perform } from './perform.ts';

async function withCalls(): Promise<Context> {
  const context = await fakeContext();
  const { provider: _p, model: _m, ...refused } = fakeEntry({ requestId: 'req_2', attempt: 0, status: 404 });
  const { append } = context.store.ledger;
  await append(fakeEntry({ tags: ['shop'], endUser: 'ann' }));
  await append({
    ...refused,
    requestedModel: 'fsat',
    outcome: 'refused',
    failure: 'model-unknown',
    startedAt: noon + 1,
  });
  await append(fakeEntry({ requestId: 'req_3', closing: false, provider: 'groq', outcome: 'failed', cost: 7n }));
  await append(fakeEntry({ requestId: 'req_3', attempt: 2, keyId: 'key_2', projectId: 'proj_b', startedAt: noon + 2 }));
  await append(
    fakeEntry({
      requestId: 'req_4',
      organisationId: 'org_2',
      status: 502,
      outcome: 'failed',
      failure: 'provider-failed',
    }),
  );
  return context;
}

test.each([
  [{}, ['req_4', 'req_3', 'req_2', 'req_1']],
  [{ key_id: 'key_2' }, ['req_3']],
  [{ project_id: 'proj_default' }, ['req_4', 'req_2', 'req_1']],
  [{ provider: 'openai', outcome: 'complete' }, ['req_3', 'req_1']],
  [{ model: 'gpt-5-mini', status_class: '2xx' }, ['req_3', 'req_1']],
  [{ requested_model: 'fsat' }, ['req_2']],
  [{ status_class: '4xx' }, ['req_2']],
  [{ status_class: '5xx' }, ['req_4']],
  [{ failure: 'model-unknown' }, ['req_2']],
  [{ outcome: 'failed' }, ['req_4']],
  [{ tag: 'shop' }, ['req_1']],
  [{ tag: 'sho' }, []],
  [{ user: 'ann' }, ['req_1']],
  [{ from: '2026-11-21T12:00:00.001Z', to: '2026-11-21T12:00:00.002Z' }, ['req_2']],
  [{ provider: "openai' or '1'='1" }, []],
])('requests by %p are %p', async (filter, ids) => {
  const { data } = await run('requests.list', await withCalls(), filter);
  expect((data as { id: string }[]).map(({ id }) => id)).toEqual(ids);
});

test('a page of a filtered list begins where the one before ended', async () => {
  const context = await withCalls();
  const first = await run('requests.list', context, { provider: 'openai', limit: 2 });
  const next = await run('requests.list', context, { provider: 'openai', limit: 2, after: first['next'] });
  expect([first['data'], next]).toMatchObject([
    [{ id: 'req_4' }, { id: 'req_3' }],
    { data: [{ id: 'req_1' }], has_more: false },
  ]);
});

test('one call is told whole, with every attempt in order', async () => {
  expect(await run('requests.get', await withCalls(), { id: 'req_3' })).toMatchObject({
    id: 'req_3',
    attempts: 2,
    cost_usd: '0.000001507',
    tried: [
      { attempt: 1, provider: 'groq', outcome: 'failed', cost_usd: '0.000000007' },
      { attempt: 2, provider: 'openai', outcome: 'complete', cost_usd: '0.0000015' },
    ],
  });
});

test('a failure that is none is refused with the nearest that is', async () => {
  await expect(run('requests.list', await withCalls(), { failure: 'model-unknwon' })).rejects.toMatchObject({
    message: expect.stringContaining('did you mean model-unknown?'),
  });
});

async function run(name: string, context: Context, input: unknown): Promise<Record<string, unknown>> {
  const procedure = procedures.find((one) => one.name === name);
  if (procedure === undefined) throw new Error(`no procedure ${name}`);
  return await perform(procedure, context, input);
}
