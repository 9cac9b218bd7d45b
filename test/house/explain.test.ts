import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { Explanation, Sending } from '../../src/cli/explanation.ts';
import type { Json } from '../../src/core/json.ts';
import type { OutboundRequest } from '../../src/core/ports.ts';
import { askedOf, type FakeAnswer, type FakeUpstream, fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { type Asking, adminKey, clientKey, type TestHouse, testHouse } from './house.ts';

const config = `
providers:
  claude: { type: anthropic, base_url: "http://claude.invalid", api_key: claude-credential, prices: { "*": { input: 3, output: 15 } } }
  up: { type: openai-compatible, base_url: "http://up.invalid/v1", api_key: up-credential, headers: { X-Team: blue }, prices: { "known*": { input: 1, output: 2 } } }
models:
  both: { targets: [{ model: claude/claude-opus-4-5 }], fallback: [up/known-1] }
`;

const said = {
  ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [{ type: 'text', text: 'Hi' }] },
  ...{ stop_reason: 'end_turn', stop_sequence: null, usage: { input_tokens: 3, output_tokens: 1 } },
};

function answer(request: OutboundRequest): FakeAnswer {
  if (!request.url.startsWith('http://claude.')) return goodAnswer(request);
  return { headers: { 'content-type': 'application/json' }, pieces: [JSON.stringify(said)] };
}

let house: TestHouse;
let upstream: FakeUpstream;
beforeEach(async () => {
  upstream = fakeUpstream(answer);
  house = await testHouse({ http: upstream, config });
});
afterEach(async () => {
  await house.close();
  expect(upstream.sent).toBeEmpty();
});

const asked = async (body: Json, asking: Asking = {}): Promise<{ status: number; text: string; body: Explanation }> => {
  const response = await house.ask(body, { path: '/trestle/v1/explain', ...asking });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) };
};

function firstOf({ targets }: Explanation): { readonly provider: string } & Sending {
  const [first] = targets;
  if (first === undefined || 'refused' in first) throw new Error('nothing would be sent');
  return first;
}

const messages = [{ role: 'user', content: 'Hello' }];

describe('explain', () => {
  test('says where a request would go, in which words, and what it costs at most; nothing is sent and nothing recorded', async () => {
    const request = { model: 'up/known-1', messages, max_tokens: 100, n: 2 };
    const { status, body } = await asked({ request });
    expect(status).toBe(200);
    const sent = { ...request, model: 'known-1' };
    const bytes = JSON.stringify(request).length;
    expect(body).toEqual({
      object: 'explanation',
      request_id: body.request_id,
      dialect: 'openai-chat',
      operation: 'chat',
      model: 'up/known-1',
      targets: [
        {
          provider: 'up',
          model: 'known-1',
          dialect: 'openai-chat',
          method: 'POST',
          url: 'http://up.invalid/v1/chat/completions',
          headers: { 'content-type': 'application/json', authorization: '***', 'x-team': '***' },
          passed_through: true,
          calls: 1,
          lost: [],
          emulated: [],
          would_fetch: [],
          context_window: null,
          max_output_tokens: null,
          price_bound_usd: ((bytes + 256 + 2 * 100 * 2) / 1e6).toString(),
          price_bound_missing: null,
          body: sent,
        },
      ],
    } as never);
    expect(await house.records()).toEqual([]);
  });

  test('shows the very body that a call sends, and what is lost on the way', async () => {
    const request = {
      model: 'claude/claude-opus-4-5',
      messages,
      logit_bias: { '50256': -100 },
      temperature: 0.5,
      top_p: 0.5,
    };
    const { body } = await asked({ request });
    const explained = firstOf(body);
    const response = await house.ask(request);
    const [real] = upstream.sent;
    if (real === undefined) throw new Error('nothing was sent');
    expect(explained.body).toEqual(askedOf(real));
    expect(explained.url).toBe(real.url);
    expect(Object.keys(explained.headers).toSorted()).toEqual(Object.keys(real.headers).toSorted());
    expect(explained.headers).toMatchObject({
      'x-api-key': '***',
      'anthropic-version': real.headers['anthropic-version'],
    });
    expect(explained.passed_through).toBeFalse();
    expect(explained.lost.map(({ path }) => path).toSorted()).toEqual(['logit_bias', 'top_p']);
    expect(response.headers.get('x-trestle-lost')).toBe(
      explained.lost.map(({ path, why }) => `"${path}";why="${why}"`).join(', '),
    );
    (upstream.sent as unknown[]).length = 0;
  });

  test('tells of every target, and hides every credential', async () => {
    const request = { model: 'both', max_tokens: 50, messages };
    const { text, body } = await asked({
      dialect: 'anthropic-messages',
      request,
      headers: { 'Anthropic-Version': '2023-06-01' },
    });
    expect(
      body.targets.map((target) => ('refused' in target ? target : [target.provider, target.passed_through])),
    ).toEqual([
      ['claude', true],
      ['up', false],
    ]);
    expect(firstOf(body).headers).toEqual({
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
      'x-api-key': '***',
    });
    expect(text).not.toMatch(/credential|blue/);
  });

  test('keeps every number as it is written', async () => {
    const request =
      '{"model": "up/known-1", "messages": [{"role":"user","content":"é"}], "seed": 12345678901234567890, "x": 1.0}';
    const response = await house.house.answer(
      new Request('http://127.0.0.1:4141/trestle/v1/explain', {
        method: 'POST',
        headers: { authorization: `Bearer ${clientKey}` },
        body: `{"request": ${request}}`,
      }),
    );
    expect(await response.text()).toContain(`"body":${request.replace('up/known-1', 'known-1')}`);
  });

  test('names what would be fetched for a provider that takes bytes alone, and fetches nothing', async () => {
    const fetched: string[] = [];
    const local = await testHouse({
      config: 'providers: { ollama: { base_url: "http://ollama.invalid" } }',
      fetchMedia: (url) => Promise.reject(fetched.push(url)),
    });
    const url = 'https://example.com/a.png';
    const request = {
      model: 'ollama/qwen3-vl',
      max_tokens: 5,
      messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url } }] }],
    };
    const response = await local.ask({ dialect: 'anthropic-messages', request }, { path: '/trestle/v1/explain' });
    const { would_fetch, url: to } = firstOf((await response.json()) as Explanation);
    expect({ would_fetch, to, fetched }).toEqual({
      would_fetch: [url],
      to: 'http://ollama.invalid/v1/messages',
      fetched: [],
    });
    await local.close();
  });

  test('says why there is no bound', async () => {
    const bounds = [
      { model: 'up/new-1', messages, max_tokens: 5 },
      { model: 'up/known-1', messages },
      {
        model: 'up/known-1',
        max_tokens: 5,
        messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }] }],
      },
    ].map(async (request) => firstOf((await asked({ request })).body));
    expect((await Promise.all(bounds)).map((each) => [each.price_bound_usd, each.price_bound_missing])).toEqual([
      [null, 'no-price'],
      [null, 'no-output-limit'],
      [null, 'unmeasured-input'],
    ]);
  });

  test('refuses as the call would be refused, in the dialect of the request', async () => {
    const refusals: [body: Json, status: number, error: object][] = [
      [{ request: { model: 'nobody/knows', messages } }, 404, { error: { code: 'model_not_found' } }],
      [{ request: { model: 'up/known-1' } }, 400, { error: { type: 'invalid_request_error', param: 'messages' } }],
      [
        { dialect: 'anthropic-messages', request: { model: 'up/known-1', messages } },
        400,
        { type: 'error', error: { type: 'invalid_request_error' } },
      ],
      [
        {
          request: { model: 'claude/claude-opus-4-5', messages, logit_bias: { '1': 1 } },
          headers: { 'x-trestle-strict': 'true' },
        },
        400,
        { error: { param: 'logit_bias' } },
      ],
      [{ request: {}, dialect: 'latin' }, 400, { error: { param: 'dialect' } }],
      [{ request: {}, headers: [] }, 400, { error: { param: 'headers' } }],
      [{ request: {}, headers: { 'bad name': 'x' } }, 400, { error: { param: 'headers' } }],
      [{ request: {}, colour: 'red' }, 400, { error: { param: 'colour' } }],
      [{}, 400, { error: { param: 'request' } }],
      [[], 400, { error: { type: 'invalid_request_error' } }],
    ];
    for (const [body, status, error] of refusals)
      expect(await asked(body)).toMatchObject({ status, body: error as never });
    expect(await house.records()).toEqual([]);
  });

  test('is for known callers, and shows a key no more than it may use', async () => {
    const request = { model: 'up/known-1', messages };
    for (const authorization of ['', 'Bearer tr-wrong']) {
      expect(await asked({ request }, { headers: { authorization } })).toMatchObject({ status: 401 });
    }
    expect((await asked({ request }, { headers: { authorization: '', 'x-api-key': clientKey } })).status).toBe(200);
    const made = await house.ask(
      { name: 'narrow', role: 'client', models: ['both'] },
      { path: '/admin/v1/keys', headers: { authorization: `Bearer ${adminKey}` } },
    );
    const { key } = (await made.json()) as { key: string };
    expect(await asked({ request }, { headers: { authorization: `Bearer ${key}` } })).toMatchObject({ status: 403 });
  });
});
