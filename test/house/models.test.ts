import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import Anthropic0 from 'anthropic-0';
import Anthropic1 from 'anthropic-1';
import { type Asking, clientKey, type TestHouse, testHouse } from './house.ts';

const config = `
providers:
  up: { type: openai-compatible, base_url: "http://up.invalid/v1", models: [a, b, c, d, e], prices: { "*": { input: 1, output: 2 } } }
  sandbox: false
`;
const ids = ['up/a', 'up/b', 'up/c', 'up/d', 'up/e'];

let house: TestHouse;
beforeEach(async () => {
  house = await testHouse({ config });
});
afterEach(async () => {
  await house.close();
});

const asked = async (path: string, headers: Asking['headers'] = {}): Promise<{ status: number; body: unknown }> => {
  const response = await house.ask({}, { path, method: 'GET', headers });
  return { status: response.status, body: await response.json() };
};

const version = { 'anthropic-version': '2023-06-01' };
const model = (id: string): object => ({ type: 'model', id, display_name: id, created_at: '1970-01-01T00:00:00Z' });
const page = (names: readonly string[], more: boolean): object => ({
  data: names.map(model),
  has_more: more,
  first_id: names.at(0) ?? null,
  last_id: names.at(-1) ?? null,
});

describe('the list of models', () => {
  test('is in the shape of the vendor whose client asks', async () => {
    const openai = { object: 'list', data: ids.map((id) => ({ id, object: 'model', created: 0, owned_by: 'up' })) };
    const anthropic = page(ids, false);
    for (const path of ['/v1/models', '/openai/v1/models']) expect((await asked(path)).body).toEqual(openai);
    expect((await asked('/openai/v1/models', version)).body).toEqual(openai);
    expect((await asked('/v1/models', version)).body).toEqual(anthropic);
    expect((await asked('/anthropic/v1/models')).body).toEqual(anthropic);
  });

  test('opens to Anthropic’s clients by x-api-key and by Bearer', async () => {
    const key = { 'x-api-key': clientKey, authorization: '', ...version };
    expect((await asked('/v1/models', key)).status).toBe(200);
    expect((await asked('/v1/models', version)).status).toBe(200);
    expect((await asked('/v1/models', { 'x-api-key': clientKey, authorization: '' })).status).toBe(401);
  });

  test('comes in pages, onwards and back', async () => {
    const pages = [
      ['limit=2', page(['up/a', 'up/b'], true)],
      ['limit=2&after_id=up/b', page(['up/c', 'up/d'], true)],
      ['limit=2&after_id=up/c', page(['up/d', 'up/e'], false)],
      ['limit=2&after_id=up/d', page(['up/e'], false)],
      ['limit=2&before_id=up/e', page(['up/c', 'up/d'], true)],
      ['limit=2&before_id=up/c', page(['up/a', 'up/b'], false)],
      ['after_id=up/e', page([], false)],
    ] as const;
    for (const [query, body] of pages) {
      expect((await asked(`/v1/models?${query}`, version)).body).toEqual(body);
    }
  });

  test('refuses a page that cannot be, in Anthropic’s envelope', async () => {
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'after_id=up/z', 'before_id=up/a&after_id=up/b']) {
      const { status, body } = await asked(`/v1/models?${query}`, version);
      expect(status).toBe(400);
      expect(body).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
    }
  });

  test('shows one model, or says that there is none', async () => {
    expect((await asked('/v1/models/up%2Fc', version)).body).toEqual(model('up/c'));
    expect((await asked('/anthropic/v1/models/up/c')).body).toEqual(model('up/c'));
    const unknown = await asked('/v1/models/up/z', version);
    expect(unknown).toMatchObject({ status: 404, body: { type: 'error', error: { type: 'not_found_error' } } });
    const stranger = await asked('/v1/models', { authorization: 'Bearer tr-wrong', ...version });
    expect(stranger).toMatchObject({ status: 401, body: { type: 'error', error: { type: 'authentication_error' } } });
    expect((await asked('/v1/models/up/z')).body).toMatchObject({ error: { code: 'model_not_found' } });
  });

  test('is read by both majors of Anthropic’s own SDK, to its end', async () => {
    const fetch = (async (url: string | URL | Request, init?: RequestInit) =>
      await house.house.answer(new Request(String(url), init))) as typeof globalThis.fetch;
    const options = { baseURL: 'http://127.0.0.1:4141', apiKey: clientKey, fetch };
    for (const client of [new Anthropic0(options), new Anthropic1(options)]) {
      const seen: string[] = [];
      for await (const { id } of client.models.list({ limit: 2 })) seen.push(id);
      expect(seen).toEqual(ids);
      expect(await client.models.retrieve('up/c')).toMatchObject({ id: 'up/c', type: 'model' });
    }
  });
});

describe('a path that nobody knows', () => {
  test('is refused in the words of the vendor whose client asks', async () => {
    const anthropic = { status: 404, body: { type: 'error', error: { type: 'not_found_error' } } };
    const openai = { status: 404, body: { error: { type: 'invalid_request_error' } } };
    expect(await asked('/anthropic/v1/nothing')).toMatchObject(anthropic);
    expect(await asked('/v1/messages/batches', version)).toMatchObject(anthropic);
    expect(await asked('/v1/nothing')).toMatchObject(openai);
    expect(await asked('/openai/v1/nothing', version)).toMatchObject(openai);
    const response = await house.ask({}, { path: '/anthropic/v1/nothing', method: 'GET' });
    expect(response.headers.get('request-id')).toBe(response.headers.get('x-request-id'));
  });

  test('and a house that drains refuse each door’s callers in its own dialect', async () => {
    house.house.drain();
    const body = { model: 'up/a', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] };
    const refused = await house.ask(body, { path: '/v1/messages' });
    expect({ status: refused.status, type: ((await refused.json()) as { type: unknown }).type }).toEqual({
      status: 503,
      type: 'error',
    });
  });
});
