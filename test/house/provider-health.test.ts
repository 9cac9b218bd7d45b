import { afterEach, expect, test } from 'bun:test';
import { type FakeAnswer, fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { adminKey, type TestHouse, testHouse, upstreamConfig } from './house.ts';

let house: TestHouse | undefined;
afterEach(async () => {
  await house?.close();
});

const config = `${upstreamConfig}
  counter: { type: anthropic, base_url: "http://counter.invalid", api_key: counter-credential }
  idle: { type: openai-compatible, base_url: "http://idle.invalid/v1" }
`;
const refusal = (status: number): FakeAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  pieces: [JSON.stringify({ error: { message: 'no', type: 'x', code: null } })],
});
const cutStream: FakeAnswer = {
  headers: { 'content-type': 'text/event-stream' },
  pieces: ['data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'],
};

/** A house whose provider gives these answers, one after the other, and good ones after that. */
async function asked(...answers: readonly FakeAnswer[]) {
  const left = [...answers];
  const built = await testHouse({ http: fakeUpstream((request) => left.shift() ?? goodAnswer(request)), config });
  house = built;
  const headers = { authorization: `Bearer ${adminKey}` };
  return {
    call: async (model = 'up/m', stream = false): Promise<number> => {
      const body = { model, stream, messages: [{ role: 'user', content: 'Hello' }] };
      let status: number | undefined;
      const over = built.ask(body).then(async (answer) => {
        await answer.text();
        status = answer.status;
      });
      // Lets a retry's wait pass.
      for (let n = 0; n < 200 && status === undefined; n += 1) {
        await built.clock.advance(100);
        await Bun.sleep(1);
      }
      await over;
      return status ?? 0;
    },
    read: (name: string) => built.ask({}, { method: 'GET', path: `/admin/v1/providers/${name}`, headers }),
    change: (name: string, more: Readonly<Record<string, string>> = {}) =>
      built.ask(
        { models: ['m'] },
        { method: 'PATCH', path: `/admin/v1/providers/${name}`, headers: { ...headers, ...more } },
      ),
    ask: (method: string, path: string, body = {}) => built.ask(body, { method, path: `/admin/v1${path}`, headers }),
    health: async (name: string) => {
      const path = `/admin/v1/providers/${name}`;
      const { health } = (await (await built.ask({}, { method: 'GET', path, headers })).json()) as { health: object };
      return health;
    },
  };
}

const nothing = {
  attempts: 0,
  successes: 0,
  failures: {},
  last_success_at: null,
  last_failure: null,
  first_byte_ms: null,
};

test('a provider that nobody asked is unknown, not well', async () => {
  const { health } = await asked();
  expect(await health('idle')).toEqual({ state: 'unknown', ...nothing, since: null, models: [] });
});

test('each attempt counts, also one that a retry made good', async () => {
  const { call, health } = await asked(refusal(500));
  expect(await call()).toBe(200);
  const own = {
    ...{ state: 'healthy', attempts: 2, successes: 1, failures: { 'provider-failed': 1 } },
    last_success_at: expect.any(String),
    last_failure: { kind: 'provider-failed', at: expect.any(String) },
    first_byte_ms: { p50: expect.any(Number), p95: expect.any(Number), count: 1 },
  };
  expect(await health('up')).toEqual({ ...own, since: expect.any(String), models: [{ model: 'm', ...own }] });
});

test('a stream that breaks off in the middle is a failure, whatever its status was', async () => {
  const { call, health } = await asked(cutStream);
  expect(await call('up/m', true)).toBe(200);
  expect(await health('up')).toMatchObject({
    state: 'failing',
    attempts: 1,
    successes: 0,
    failures: { 'provider-garbled': 1 },
  });
});

test('a refused request says nothing of the provider, a refused credential does', async () => {
  const { call, health } = await asked(refusal(422), refusal(401));
  await call();
  expect(await health('up')).toMatchObject({ state: 'unknown', attempts: 1, failures: {} });
  await call();
  expect(await health('up')).toMatchObject({ state: 'failing', failures: { 'provider-credential-refused': 1 } });
});

test('an estimate of ours says nothing of the provider in whose place it is given', async () => {
  const { ask, health } = await asked();
  const body = { model: 'up/m', messages: [{ role: 'user', content: 'Hello' }] };
  const counted = await house?.ask(body, { path: '/v1/messages/count_tokens' });
  expect([counted?.status, counted?.headers.get('x-trestle-estimated')]).toEqual([200, 'true']);
  expect(await health('up')).toMatchObject({ state: 'unknown', attempts: 0 });
  expect((await ask('GET', '/providers')).status).toBe(200);
});

test('calls do not come between an administrator who reads and then writes, and a change begins anew', async () => {
  const { call, read, change, ask, health } = await asked(refusal(401), refusal(401));
  const entry = { name: 'mine', type: 'openai-compatible', base_url: 'http://mine.invalid/v1', api_key: 'mine' };
  expect((await ask('POST', '/providers', entry)).status).toBe(201);
  await call('mine/m');
  const etag = (await read('mine')).headers.get('etag') ?? '';
  await call('mine/m');
  expect((await read('mine')).headers.get('etag')).toBe(etag);
  expect(await health('mine')).toMatchObject({ state: 'failing', attempts: 2 });
  expect((await change('mine', { 'if-match': etag })).status).toBe(200);
  expect(await health('mine')).toMatchObject({ state: 'unknown', attempts: 0 });
  expect((await change('mine', { 'if-match': etag })).status).toBe(412);
});

test('one that is switched off says so, and is unknown when it is on again', async () => {
  const { call, ask, health } = await asked();
  await ask('POST', '/providers', { name: 'mine', type: 'openai-compatible', base_url: 'http://mine.invalid/v1' });
  await call('mine/m');
  const off = (await (await ask('POST', '/providers/mine/disable')).json()) as { health: object };
  expect(off.health).toMatchObject({ state: 'disabled' });
  expect(await health('mine')).toMatchObject({ state: 'disabled' });
  await ask('POST', '/providers/mine/enable');
  expect(await health('mine')).toMatchObject({ state: 'unknown' });
});
