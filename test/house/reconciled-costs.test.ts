import { afterEach, expect, test } from 'bun:test';
import type { Json } from '../../src/core/json.ts';
import type { HttpClient } from '../../src/core/ports.ts';
import { openAllowances } from '../../src/policies/allowances.ts';
import { type FakeAnswer, fakeUpstream } from './fake-upstream.ts';
import { adminKey, type TestHouse, type TestHouseOptions, testHouse } from './house.ts';

/** What calls cost, through the whole house and its real books. */
const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
const messages = [{ role: 'user', content: 'Hello' }];
const prices = `{ input: 1, output: 2, service_tiers: { flex: { input: 0.5, output: 1 }, priority: { input: 2, output: 4 } } }`;
const config = (price: string, rest = ''): string =>
  `providers: { up: { type: openai-compatible, base_url: "http://up.invalid/v1", api_key: k, prices: { "*": ${price} } ${rest} } }`;

let house: TestHouse;
afterEach(async () => await house?.close());

async function opened(text: string, options: TestHouseOptions = {}, tier?: string): Promise<TestHouse> {
  const http = fakeUpstream(() => answer(tier));
  house = await testHouse({ store: 'sqlite', http, config: text, ...options });
  return house;
}

function answer(tier: string | undefined): FakeAnswer {
  const choices = [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }];
  const said = { id: '1', object: 'chat.completion', created: 1, model: 'm', choices, usage };
  const body = tier === undefined ? said : { ...said, service_tier: tier };
  return { headers: { 'content-type': 'application/json' }, pieces: [JSON.stringify(body)] };
}

const call = (changes: object = {}): Promise<Response> =>
  house.ask({ model: 'up/m', messages, max_tokens: 50, ...changes });

async function administer(path: string, body?: Json): Promise<Response> {
  return await house.ask(body ?? null, {
    path: `/admin/v1/${path}`,
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${adminKey}` },
  });
}

test.each([
  { asked: undefined, served: undefined, cost: '0.00012', tier: null },
  { asked: 'flex', served: 'flex', cost: '0.00006', tier: 'flex' },
  { asked: 'priority', served: 'default', cost: '0.00012', tier: null },
  { asked: 'priority', served: 'priority', cost: '0.00024', tier: 'priority' },
  { asked: 'priority', served: undefined, cost: '0.00024', tier: 'priority' },
  { asked: 'flex', served: undefined, cost: '0.00012', tier: null },
])('asked for the tier $asked and served by $served, a call costs $cost', async ({ asked, served, cost, tier }) => {
  await opened(config(prices), {}, served);
  const response = await call(asked === undefined ? {} : { service_tier: asked });
  expect([response.status, response.headers.get('x-trestle-cost-usd')]).toEqual([200, cost]);
  const { data } = (await (await administer('requests')).json()) as { data: { usage: object; cost_usd: string }[] };
  expect(data).toMatchObject([{ cost_usd: cost, usage: { service_tier: tier, units: {} } }]);
});

test('a streamed call is charged by the tier that its last chunk names', async () => {
  const chunk = { id: '1', object: 'chat.completion.chunk', created: 1, model: 'm', service_tier: 'flex' };
  const frames = [
    { ...chunk, choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: 'stop' }], usage: null },
    { ...chunk, choices: [], usage },
  ].map((frame) => `data: ${JSON.stringify(frame)}\n\n`);
  const http = fakeUpstream(() => ({
    headers: { 'content-type': 'text/event-stream' },
    pieces: [...frames, 'data: [DONE]\n\n'],
  }));
  await opened(config(prices), { http });
  await (await call({ stream: true })).text();
  expect((await house.records()).map(({ cost, usage: own }) => [cost, own.serviceTier])).toEqual([[60_000n, 'flex']]);
});

test('one’s own machine is charged by the time of the attempt', async () => {
  const quick = fakeUpstream(() => answer(undefined));
  const http: HttpClient = {
    async send(request) {
      await house.clock.advance(1_500);
      return await quick.send(request);
    },
  };
  await opened(config('{ instance_usd_per_hour: 3.6, parallel: 10 }'), { http });
  await call();
  const [record] = await house.records();
  expect([record?.cost, record?.usage.units]).toEqual([150_000n, { computeSeconds: 1.5 }]);
});

test('the past is priced again over HTTP, once, and reports and records tell the same', async () => {
  await opened('providers: { up: { type: openai-compatible, base_url: "http://up.invalid/v1", api_key: k } }');
  for (const model of ['up/m', 'up/m', 'up/other']) await call({ model });
  const span = { from: '2026-11-21T00:00:00Z' };
  const reprice = async (): Promise<object> => (await administer('ledger/reprice', span)).json() as Promise<object>;
  expect(await reprice()).toMatchObject({ entries: 3, unpriced: 3, priced: 0 });
  const price = { provider: 'up', model: 'm', input: '1', output: '2', valid_from: span.from };
  expect((await administer('prices', price)).status).toBe(201);
  expect(await reprice()).toMatchObject({ entries: 3, unpriced: 1, priced: 2, delta_usd: '0.00024' });
  expect(await reprice()).toMatchObject({ entries: 3, unpriced: 1, priced: 0, repriced: 0, delta_usd: '0' });
  const { data } = (await (await administer('usage?group_by=model')).json()) as { data: object[] };
  expect(data).toMatchObject([
    { model: 'm', cost_usd: '0.00024', adjusted_usd: '0.00024', unpriced_requests: 0 },
    { model: 'other', cost_usd: '0', adjusted_usd: '0', unpriced_requests: 1 },
  ]);
  const records = await house.records();
  expect(records.map(({ cost, adjusted }) => [cost, adjusted])).toEqual([
    [120_000n, 120_000n],
    [120_000n, 120_000n],
    [undefined, undefined],
  ]);
});

test('what a provider gives away costs nothing, until it is used up', async () => {
  const allowances = openAllowances();
  const change: TestHouseOptions['change'] = (parts) => ({ ...parts, allowances });
  await opened(config(prices, ', free: { requests_per_day: 2 }'), { change });
  const costs: (string | null)[] = [];
  for (let n = 0; n < 3; n += 1) costs.push((await call()).headers.get('x-trestle-cost-usd'));
  expect(costs).toEqual(['0', '0', '0.00012']);
  expect((await house.records()).map(({ flags }) => flags)).toEqual([['free-allowance'], ['free-allowance'], []]);
  expect(await (await administer('ledger/reprice', { from: '2026-11-21T00:00:00Z' })).json()).toMatchObject({
    ...{ entries: 3, kept: 2, repriced: 0 },
  });
});

test('a table of usage holds no formula, whatever callers name', async () => {
  await opened(config(prices));
  await call({ user: '=HYPERLINK("http://evil.invalid")', model: 'up/@m' });
  const response = await administer('usage?group_by=user,model&format=csv');
  expect([response.status, response.headers.get('content-type'), response.headers.get('content-disposition')]).toEqual([
    ...[200, 'text/csv; charset=utf-8', 'attachment; filename="usage.list.csv"'],
  ]);
  const [head = '', row = ''] = (await response.text()).split('\r\n');
  expect(head).toContain('user,');
  expect(row).toContain('"\'=HYPERLINK(""http://evil.invalid"")"');
  expect(row).toContain("'@m");
  expect((await administer('usage?format=csv&after=x')).status).toBe(400);
  expect((await administer('usage?format=xml')).status).toBe(400);
});
