import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { isJsonObject, type Json } from '../../src/core/json.ts';
import type { DialectName } from '../../src/core/payload.ts';
import type { OutboundRequest } from '../../src/core/ports.ts';
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import type { House } from '../../src/house.ts';
import { procedures } from '../../src/management/index.ts';
import type { Door } from '../../src/transports/http/data-plane.ts';
import { vendorOf } from '../../src/transports/http/vendor.ts';
import { type FakeAnswer, type FakeUpstream, fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { type Asking, adminKey, request, type TestHouse, testHouse, upstreamConfig } from './house.ts';

/** Whatever leads to a model goes through the one pipeline. What is not listed here as asking nobody must keep to that. */
const plainRoutes = [
  'GET /healthz',
  'GET /readyz',
  'GET /v1/models',
  'GET /openai/v1/models',
  'GET /anthropic/v1/models',
  'POST /trestle/v1/explain',
  'GET /trestle/v1/requests',
];
const mountedPrefixes = ['/admin', '/openapi.json', '/v1/organization', '/openai/v1/organization'];

let upstream: FakeUpstream;
let house: TestHouse;
beforeEach(async () => {
  upstream = fakeUpstream(answer);
  house = await testHouse({ http: upstream, config });
});
afterEach(async () => {
  await house.close();
});

/** A request that each door answers; a new dialect needs its own. */
const messages = [{ role: 'user', content: 'Hello' }];
const questions: Readonly<Record<DialectName, { readonly [member: string]: Json }>> = {
  'openai-chat': { model: 'up/m', messages },
  'openai-embeddings': { model: 'up/m', input: ['Hello'] },
  'anthropic-messages': { model: 'up/m', max_tokens: 5, messages },
  'anthropic-token-count': { model: 'counter/m', messages },
};
const streams = (door: Door): boolean => door.operation === 'chat';
const config = `${upstreamConfig}
  counter: { type: anthropic, base_url: "http://counter.invalid", api_key: counter-credential }
`;

function answer(asked: OutboundRequest): FakeAnswer {
  if (!asked.url.endsWith('/count_tokens')) return goodAnswer(asked);
  return { headers: { 'content-type': 'application/json' }, pieces: ['{"input_tokens":7}'] };
}

type Served = Pick<House, 'answer' | 'doors'>;

/** What of a door does not go through the pipeline; nothing, if it is one of ours. */
async function shortcuts(served: Served, door: Door): Promise<readonly string[]> {
  const found: string[] = [];
  const expectThat = (holds: boolean, what: string): void => void (holds || found.push(`${door.path}: ${what}`));
  const ask = async (
    body: Json,
    asking: Asking = {},
  ): Promise<{ status: number; text: string; records: number; sent: number }> => {
    const before = { records: (await house.records()).length, sent: upstream.sent.length };
    const response = await served.answer(request(body, { path: door.path, method: door.method, ...asking }));
    const text = await response.text();
    await house.clock.advance(0);
    const records = (await house.records()).length - before.records;
    return { status: response.status, text, records, sent: upstream.sent.length - before.sent };
  };
  const question = questions[door.dialect.name];

  for (const authorization of ['', 'Bearer tr-wrong', `Bearer ${adminKey}x`, 'Basic dHItdGVzdC1jbGllbnQ6']) {
    const refused = await ask(question, { headers: { authorization } });
    expectThat(refused.status === 401, `answers ${refused.status} to ${JSON.stringify(authorization)}`);
    expectThat(
      isErrorOf(door.dialect.name, refused.text),
      `refuses in other words than its dialect's: ${refused.text}`,
    );
    expectThat(refused.sent === 0 && refused.records === 0, 'lets a stranger ask or fill the books');
  }
  for (const body of streams(door) ? [question, { ...question, stream: true }] : [question]) {
    const answered = await ask(body);
    expectThat(
      answered.status === 200 && answered.sent === 1,
      `answers ${answered.status} after ${answered.sent} questions`,
    );
    expectThat(answered.records === 1, `leaves ${answered.records} records of an answer`);
  }
  for (const body of [{ ...question, model: 'nobody/knows' }, { ...question, model: 7 }, []]) {
    const refused = await ask(body);
    expectThat(refused.status >= 400 && refused.sent === 0, `answers ${refused.status} to what is wrong`);
    expectThat(refused.records === 1, `leaves ${refused.records} records of a refusal`);
  }
  return found;
}

function isErrorOf(dialect: DialectName, text: string): boolean {
  const body: Json = JSON.parse(text);
  if (!isJsonObject(body) || !isJsonObject(body['error'])) return false;
  const isAnthropic = body['type'] === 'error' && 'request_id' in body;
  return 'type' in body['error'] && isAnthropic === dialect.startsWith('anthropic');
}

describe('doors', () => {
  test('go through the pipeline, every one: no key no answer, a key one record', async () => {
    const { doors } = house.house;
    expect(doors.length).toBeGreaterThanOrEqual(8);
    for (const door of doors) expect(await shortcuts(house.house, door)).toEqual([]);
  });

  test('that skip the pipeline would be noticed', async () => {
    const rogue: Door = {
      method: 'POST',
      path: '/v1/shortcut',
      operation: 'chat',
      dialect: openaiChat,
      async answer(request) {
        const body = new Uint8Array(await request.arrayBuffer());
        const answer = await upstream.send({
          method: 'POST',
          url: 'http://up.invalid',
          headers: {},
          body,
          signal: request.signal,
        });
        return new Response(await answer.bytes(1e6), { status: answer.status });
      },
    };
    const served: Served = {
      doors: [...house.house.doors, rogue],
      answer: (request) => (request.url.endsWith(rogue.path) ? rogue.answer(request) : house.house.answer(request)),
    };
    const found = await shortcuts(served, rogue);
    expect(found).toContain('/v1/shortcut: answers 200 to ""');
    expect(found).toContain('/v1/shortcut: lets a stranger ask or fill the books');
    expect(found).toContain('/v1/shortcut: leaves 0 records of an answer');
  });

  test('never read the body of a stranger', async () => {
    for (const { path, method } of house.house.doors) {
      let pulled = false;
      const body = new ReadableStream(
        {
          pull(controller) {
            pulled = true;
            controller.close();
          },
        },
        { highWaterMark: 0 },
      );
      const response = await house.house.answer(
        new Request(`http://127.0.0.1:4141${path}`, { method, body, headers: { authorization: 'Bearer tr-wrong' } }),
      );
      expect({ path, status: response.status, pulled }).toEqual({ path, status: 401, pulled: false });
    }
  });

  test('are what the OpenAPI document says they are, and stand at the data address alone', async () => {
    const response = await house.ask({}, { path: '/openapi.json', method: 'GET' });
    const { paths } = (await response.json()) as { paths: Record<string, Record<string, unknown>> };
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    for (const { method, path, dialect } of house.house.doors) {
      expect(documented).toContain(`${method} ${path}`);
      const elsewhere = await house.house.administer(request(questions[dialect.name], { path, method }));
      expect(elsewhere.status).toBe(404);
    }
    expect(upstream.sent).toBeEmpty();
  });
});

describe('everything else', () => {
  test('is a short list', () => {
    const { plain, mounted } = house.house;
    expect(plain.map(({ method, path }) => `${method} ${path}`)).toEqual(plainRoutes);
    expect(mounted.map(({ prefix }) => prefix)).toEqual(mountedPrefixes);
  });

  test('is in /openapi.json, each route and nothing else, and every route in it is there', async () => {
    const { doors, plain, mounted } = house.house;
    const document = await (await house.ask({}, { path: '/openapi.json', method: 'GET' })).json();
    const told = Object.entries((document as { paths: Record<string, object> }).paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const managed = procedures.map(({ method, path }) => `${method} ${path}`);
    const ofMounted = told.filter((route) => !managed.includes(route) && isBelow(route, mounted));
    const served = [
      ...managed,
      ...[...doors, ...plain].map(({ method, path }) => `${method} ${path}`).filter((route) => route !== onlyBelow),
      ...plain.flatMap(({ method, path, below }) => (below ? [`${method} ${path}/{id}`] : [])),
      ...ofMounted,
    ];
    expect(told.toSorted()).toEqual(served.toSorted());
    for (const { prefix } of mounted) expect(told.filter((route) => isBelow(route, [{ prefix }]))).not.toEqual([]);
    for (const [method = '', path = ''] of told.map((route) => route.split(' '))) {
      const asking = { path: path.replace(/\{\w+\}/g, 'x'), method, headers: { authorization: `Bearer ${adminKey}` } };
      const answered = await house.house.answer(request({}, asking));
      const text = answered.ok ? '' : await answered.text();
      const nowhere = /route[-_]unknown|There is nothing at|is not served|There is no "/;
      expect({ method, path, text }).not.toMatchObject({ text: expect.stringMatching(nowhere) });
    }
  });

  test('asks no provider, whoever asks and whatever is asked', async () => {
    const { plain } = house.house;
    const question = questions['openai-chat'];
    const document = await (await house.ask({}, { path: '/openapi.json', method: 'GET' })).json();
    const managed = Object.keys((document as { paths: object }).paths).filter((path) => path.startsWith('/admin'));
    expect(managed.length).toBeGreaterThanOrEqual(5);
    const paths = [
      ...plain.flatMap(({ path, below }) => (below ? [path, `${path}/up/m`] : [path])),
      ...managed,
      '/openapi.json',
    ];
    for (const path of paths.map((each) => each.replace(/\{\w+\}/g, 'up'))) {
      for (const method of ['GET', 'POST', 'PATCH', 'DELETE']) {
        for (const authorization of [`Bearer ${adminKey}`, 'Bearer tr-test-client', '']) {
          const asking = { path, method, headers: { authorization } };
          await (await house.house.answer(request(question, asking))).text();
          await (await house.house.administer(request(question, asking))).text();
        }
      }
    }
    expect(upstream.sent).toBeEmpty();
    expect(await house.records()).toEqual([]);
  });

  test('is not there: other vendors’ paths, other methods, other spellings of a door', async () => {
    const [door] = house.house.doors;
    if (door === undefined) throw new Error('no door');
    const spellings = ['/', '//', '/./', '/x/../', '/%2e/', '/%2F'].map((begin) => begin + door.path.slice(1)).slice(1);
    const paths = [
      ...elsewhere,
      ...spellings,
      `${door.path}/`,
      `${door.path}/x`,
      door.path.toUpperCase(),
      `${door.path}%00`,
    ];
    for (const path of paths) {
      const raw = request(questions['openai-chat'], { path: '/' });
      // Bun gives the target as it was sent; `Request` alone would tidy it up.
      const asked = new Proxy(raw, {
        get: (whole, name) => (name === 'url' ? `http://127.0.0.1${path}` : Reflect.get(whole, name, whole)),
      });
      const response = await house.house.answer(asked);
      expect({ path, status: response.status }).toEqual({ path, status: 404 });
      const { name } = vendorOf(path, asked.headers) === 'anthropic' ? anthropicMessages : openaiChat;
      expect({ path, isError: isErrorOf(name, await response.text()) }).toEqual({ path, isError: true });
    }
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const { status } = await house.ask(questions['openai-chat'], { method });
      expect({ method, status }).toEqual({ method, status: 405 });
    }
    expect(upstream.sent).toBeEmpty();
    expect(await house.records()).toEqual([]);
  });
});

/** Its own path says no more than that something must stand behind it. */
const onlyBelow = 'GET /trestle/v1/requests';

function isBelow(route: string, mounted: readonly { readonly prefix: string }[]): boolean {
  const path = route.split(' ')[1] ?? '';
  return mounted.some(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
}

/** Where other operations and dialects will stand; none of these may lead anywhere before its door is built. */
const elsewhere = [
  ...[
    '/v1/completions',
    '/v1/responses',
    '/v1/embeddings/m',
    '/v1/images/generations',
    '/v1/audio/speech',
    '/v1/audio/transcriptions',
  ],
  ...[
    '/v1/moderations',
    '/v1/files',
    '/v1/batches',
    '/v1/messages/batches',
    '/anthropic/v1/complete',
    '/v1beta/models/m:generateContent',
  ],
  ...[
    '/model/m/converse',
    '/model/m/invoke',
    '/v2/chat',
    '/v2/rerank',
    '/api/chat',
    '/api/generate',
    '/api/embed',
    '/chat/completions',
  ],
  ...[
    '/openai/deployments/m/chat/completions',
    '/trestle/v1/classify',
    '/v1/realtime',
    '/proxy',
    '/v1/up/chat/completions',
  ],
];
