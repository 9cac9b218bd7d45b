import { afterEach, describe, expect, test } from 'bun:test';
import { modelLists } from '../../src/catalog/model-lists.ts';
import { Failure } from '../../src/core/failure.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { fakeKept } from '../fakes/kept.ts';
import { fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { adminKey, type TestHouse, testHouse } from './house.ts';

const config = `
providers:
  up: { type: openai-compatible, base_url: "http://up.invalid/v1", models: [a, b], prices: { "*": { input: 1, output: 2 } } }
  told: { type: openai-compatible, base_url: "http://told.invalid/v1", models: { m: { context_window: 1000 } }, prices: { "*": { input: 1, output: 2 } } }
models:
  only: up/a
  wishing: sandbox/echo?latency_ms=1
  first: { targets: [{ model: up/a }], fallback: [up/b] }
`;

let house: TestHouse | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly etag: string;
}

interface Told {
  readonly body?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

async function asked(at: TestHouse, route: string, { body = {}, headers }: Told = {}): Promise<Answer> {
  const [method = 'GET', path = ''] = route.split(' ');
  const response = await at.ask(body, { path, method, headers: { authorization: `Bearer ${adminKey}`, ...headers } });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    etag: response.headers.get('etag') ?? '',
  };
}

async function listed({ ask }: TestHouse, headers = {}): Promise<readonly string[]> {
  const response = await ask({}, { path: '/v1/models?limit=1000', method: 'GET', headers });
  const { data } = (await response.json()) as { data: readonly { id: string }[] };
  return data.map(({ id }) => id).filter((id) => !id.startsWith('sandbox/') || id === 'sandbox/echo');
}

const served = ({ headers }: Response): string =>
  `${headers.get('x-trestle-provider')}/${headers.get('x-trestle-model')}`;
const hello = (model: string) => ({ model, max_tokens: 5, messages: [{ role: 'user', content: 'Hello' }] });
const switchOff = async (at: TestHouse, name: string): Promise<Answer> =>
  await asked(at, `PATCH /admin/v1/models/${encodeURIComponent(name)}`, { body: { disabled: true } });

describe('a model that is switched off', () => {
  test('is left out of the list of every dialect, and of what can be shown by name', async () => {
    house = await testHouse({ config });
    const version = { 'anthropic-version': '2023-06-01' };
    const before = ['first', 'only', 'wishing', 'sandbox/echo', 'told/m', 'up/a', 'up/b'];
    expect(await listed(house)).toEqual(before);
    await switchOff(house, 'up/a');
    const after = ['first', 'wishing', 'sandbox/echo', 'told/m', 'up/b'];
    expect([await listed(house), await listed(house, version)]).toEqual([after, after]);
    const shown = async (path: string) => (await house?.ask({}, { path, method: 'GET' }))?.status;
    expect([await shown('/v1/models/up/a'), await shown('/v1/models/up/b')]).toEqual([404, 200]);
    expect((await asked(house, 'GET /admin/v1/models?q=up/a')).body['data']).toMatchObject([
      { id: 'up/a', disabled: true, operations: ['chat', 'embed', 'count-tokens'], override: { version: 1 } },
    ]);
    expect((await asked(house, 'GET /admin/v1/models/only')).body).toMatchObject({ disabled: true, provider: null });
    await asked(house, 'PATCH /admin/v1/models/up%2Fa', { body: { disabled: false } });
    expect(await listed(house)).toEqual(before);
  });

  test('is refused by its name at every door, however it is named, and asked of nobody', async () => {
    const http = fakeUpstream();
    house = await testHouse({ config, http });
    await switchOff(house, 'up/a');
    for (const model of ['up/a', 'a', 'only', 'up/a?x=1']) {
      const response = await house.ask(hello(model));
      expect([response.status, ((await response.json()) as { error: { message: string } }).error.message]).toEqual([
        403,
        model === 'up/a'
          ? '"up/a" is switched off here; choose another model, or ask the administrator of this Trestle.'
          : expect.stringContaining('is switched off here'),
      ]);
    }
    const messages = await house.ask(hello('up/a'), { path: '/v1/messages' });
    expect([messages.status, await messages.json()]).toMatchObject([403, { error: { type: 'permission_error' } }]);
    const counted = await house.ask(hello('up/a'), { path: '/v1/messages/count_tokens' });
    const embedded = await house.ask({ model: 'up/a', input: 'x' }, { path: '/v1/embeddings' });
    expect([counted.status, embedded.status]).toEqual([403, 403]);
    expect(http.sent).toEqual([]);
    expect((await house.records()).map(({ failure }) => failure)).toEqual(Array(7).fill('model-forbidden'));
  });

  test('is not what somebody is told to try instead', async () => {
    const own = await testHouse({ config });
    house = own;
    const advice = async (): Promise<string> => {
      const response = await own.ask(hello('up2/a'));
      return ((await response.json()) as { error: { message: string } }).error.message;
    };
    expect(await advice()).toContain('did you mean up/a');
    await switchOff(own, 'up/a');
    expect(await advice()).not.toContain('up/a');
  });

  test('is passed over where an alias has another', async () => {
    house = await testHouse({ config });
    await switchOff(house, 'up/a');
    const response = await house.ask(hello('first'));
    expect([response.status, served(response)]).toEqual([200, 'up/b']);
  });

  test('leaves its bare name to the other provider that offers it', async () => {
    house = await testHouse({ config });
    const stored = { name: 'spare', type: 'openai-compatible', base_url: 'http://spare.invalid/v1' };
    await asked(house, 'POST /admin/v1/providers', { body: stored });
    await asked(house, 'PATCH /admin/v1/models/spare%2Fa', { body: { context_window: 5_000 } });
    expect((await house.ask(hello('a'))).status).toBe(400);
    await switchOff(house, 'up/a');
    const response = await house.ask(hello('a'));
    expect([response.status, served(response)]).toEqual([200, 'spare/a']);
    await switchOff(house, 'spare/a');
    expect((await house.ask(hello('a'))).status).toBe(403);
  });

  test('is so whatever its provider is from: the house itself, this machine, an operator', async () => {
    const http = fakeUpstream((request) => {
      const { host } = new URL(request.url);
      if (request.method === 'POST') return goodAnswer(request);
      if (host !== '127.0.0.1:11434') throw new Failure('provider-unreachable', `${host} cannot be reached.`);
      const data = [{ id: 'qwen3:8b', object: 'model' }];
      return { headers: { 'content-type': 'application/json' }, pieces: [JSON.stringify({ object: 'list', data })] };
    });
    house = await testHouse({
      ...{ config: '{}', http },
      change: (parts) => ({ ...parts, lists: modelLists({ ...parts, kept: fakeKept() }) }),
    });
    await house.clock.advance(0);
    const stored = { name: 'spare', type: 'openai-compatible', base_url: 'http://spare.invalid/v1' };
    await asked(house, 'POST /admin/v1/providers', { body: stored });
    await house.clock.advance(0);
    for (const model of ['sandbox/echo', 'ollama/qwen3:8b', 'spare/whatever']) {
      expect((await house.ask(hello(model))).status).toBe(200);
      expect((await switchOff(house, model)).status).toBe(200);
      await house.clock.advance(0);
      expect((await house.ask(hello(model))).status).toBe(403);
    }
    expect(await listed(house)).toEqual([]);
  });

  test('is told of where an alias leads nowhere else', async () => {
    house = await testHouse({ config });
    expect((await asked(house, 'GET /admin/v1/config')).body['warnings']).toEqual([]);
    await switchOff(house, 'up/a');
    const message =
      'only leads to up/a, which is switched off, so that every call to it is refused; switch that on again, or lead the alias elsewhere.';
    const only = { place: 'trestle.yaml', key: 'models.only', message };
    expect((await asked(house, 'GET /admin/v1/config')).body['warnings']).toEqual([only]);
    await switchOff(house, 'up/b');
    await switchOff(house, 'sandbox/echo');
    expect((await house.ask(hello('wishing'))).status).toBe(403);
    expect((await asked(house, 'GET /admin/v1/config')).body['warnings']).toMatchObject([
      only,
      { key: 'models.wishing' },
      { key: 'models.first', message: expect.stringContaining('up/a, up/b, which are all switched off') },
    ]);
  });
});

describe('what is said of a model', () => {
  test('counts before what its provider and its kind say, and goes when it is taken out', async () => {
    const own = await testHouse({ config });
    house = own;
    const facts = async () => (await asked(own, 'GET /admin/v1/models/up%2Fa')).body;
    expect(await facts()).toMatchObject({ facts: null, operations_source: null });
    const said = { context_window: 5_000, max_output_tokens: 500, retires: '2027-01-31' };
    await asked(house, 'PATCH /admin/v1/models/up%2Fa', { body: said });
    const sources = { context_window: 'management', max_output_tokens: 'management', retires_at: 'management' };
    expect(await facts()).toMatchObject({
      facts: { context_window: 5_000, max_output_tokens: 500, retires_at: '2027-01-31T00:00:00.000Z', sources },
    });
    const shown = await house.ask({}, { path: '/anthropic/v1/models/up/a', method: 'GET' });
    expect(await shown.json()).toMatchObject({ max_input_tokens: 5_000, max_tokens: 500 });
    expect((await asked(house, 'DELETE /admin/v1/models/up%2Fa')).status).toBe(200);
    expect(await facts()).toMatchObject({ facts: null, override: null });
  });

  test('decides what can be asked of it', async () => {
    house = await testHouse({ config });
    const { body } = await asked(house, 'PATCH /admin/v1/models/up%2Fa', { body: { operations: ['embed'] } });
    expect(body).toMatchObject({ operations: ['embed'], operations_source: 'management' });
    expect((await asked(house, 'GET /admin/v1/models?operation=chat&provider=up')).body['data']).toMatchObject([
      { id: 'up/b' },
    ]);
  });

  test('stands behind the file: what that describes is changed there, but can be switched off here', async () => {
    house = await testHouse({ config });
    const refused = await asked(house, 'PATCH /admin/v1/models/told%2Fm', { body: { tools: true } });
    expect([refused.status, refused.body['error']]).toMatchObject([
      409,
      { param: 'id', message: expect.stringContaining('trestle.yaml says what is known of this model') },
    ]);
    expect((await switchOff(house, 'told/m')).body).toMatchObject({
      disabled: true,
      facts: { context_window: 1_000, sources: { context_window: 'configuration' } },
    });
    expect((await house.ask(hello('told/m'))).status).toBe(403);
  });

  test('counts before what an operator says with its provider, which is from an operator too', async () => {
    house = await testHouse({ config });
    const stored = { name: 'spare', type: 'openai-compatible', base_url: 'http://spare.invalid/v1' };
    const models = { m: { context_window: 1_000, tools: true } };
    await house.ask(
      { ...stored, models },
      { path: '/admin/v1/providers', headers: { authorization: `Bearer ${adminKey}` } },
    );
    await asked(house, 'PATCH /admin/v1/models/spare%2Fm', { body: { context_window: 2_000 } });
    expect((await asked(house, 'GET /admin/v1/models/spare%2Fm')).body['facts']).toEqual({
      ...{ context_window: 2_000, tools: true },
      sources: { context_window: 'management', tools: 'management' },
    });
  });

  test('is changed only as it was read, and once however often it is asked', async () => {
    house = await testHouse({ config });
    const path = '/admin/v1/models/up%2Fa';
    const { etag } = await asked(house, `GET ${path}`);
    const change = { body: { tools: true }, headers: { 'if-match': etag, 'idempotency-key': 'k' } };
    const first = await asked(house, `PATCH ${path}`, change);
    const again = await asked(house, `PATCH ${path}`, change);
    expect([first.status, again.body]).toEqual([200, first.body]);
    expect(
      (await asked(house, `PATCH ${path}`, { body: { tools: false }, headers: { 'if-match': etag } })).status,
    ).toBe(412);
    expect((await asked(house, `DELETE ${path}`, { body: {}, headers: { 'if-match': etag } })).status).toBe(412);
    const read = await asked(house, `GET ${path}`);
    expect(read.body['facts']).toEqual({ tools: true, sources: { tools: 'management' } });
    expect([read.etag, read.body['override']]).toMatchObject([first.etag, { tools: true, version: 1 }]);
    expect((await asked(house, `DELETE ${path}`, { body: {}, headers: { 'if-match': read.etag } })).status).toBe(200);
  });

  test('may be changed as it was read although its price is another by then', async () => {
    house = await testHouse({ config });
    const stored = { name: 'spare', type: 'openai-compatible', base_url: 'http://spare.invalid/v1' };
    await asked(house, 'POST /admin/v1/providers', { body: stored });
    const path = '/admin/v1/models/spare%2Fm';
    await asked(house, `PATCH ${path}`, { body: { tools: true } });
    const before = await asked(house, `GET ${path}`);
    await asked(house, 'POST /admin/v1/prices', { body: { provider: 'spare', model: 'm', input: '7', output: '8' } });
    expect([before.body, (await asked(house, `GET ${path}`)).body]).toMatchObject([
      { prices: null },
      { prices: { input: '7' } },
    ]);
    expect((await asked(house, `DELETE ${path}`, { headers: { 'if-match': before.etag } })).status).toBe(200);
  });
});
