import { afterEach, describe, expect, test } from 'bun:test';
import Anthropic0 from 'anthropic-0';
import Anthropic1 from 'anthropic-1';
import { askedOf, type FakeUpstream, fakeUpstream } from './fake-upstream.ts';
import { type Asking, clientKey, type TestHouse, testHouse } from './house.ts';

const config = `
providers:
  claude: { type: anthropic, base_url: "http://claude.invalid", api_key: claude-credential, prices: { "*": { input: 3, output: 15 } } }
  up: { type: openai-compatible, base_url: "http://up.invalid/v1", api_key: up-credential, prices: { "*": { input: 1, output: 2 } } }
models:
  both: { targets: [{ model: claude/claude-opus-4-5 }], fallback: [up/m] }
`;

let house: TestHouse | undefined;
let upstream: FakeUpstream;
afterEach(async () => {
  await house?.close();
});

const opened = async (answer?: Parameters<typeof fakeUpstream>[0]): Promise<TestHouse> => {
  upstream = fakeUpstream(answer);
  house = await testHouse({ http: upstream, config });
  return house;
};

const counted = (tokens: number) => () => ({
  headers: { 'content-type': 'application/json' },
  pieces: [JSON.stringify({ input_tokens: tokens })],
});

const question = (model: string, words = 'Hello, bridge') => ({
  model,
  system: 'Be brief.',
  messages: [{ role: 'user', content: words }],
  tools: [{ name: 'cross', input_schema: { type: 'object', properties: { at: { type: 'string' } } } }],
});

interface Counted {
  readonly input_tokens: number;
}

const ask = async (body: ReturnType<typeof question>, asking: Asking = {}) => {
  const response = await house?.ask(body, {
    path: '/v1/messages/count_tokens',
    ...asking,
    headers: { 'anthropic-version': '2023-06-01', ...asking.headers },
  });
  if (response === undefined) throw new Error('no house');
  return { status: response.status, headers: response.headers, body: (await response.json()) as Counted };
};

describe('how long a request is', () => {
  test('is asked of the provider where it can count, and costs nothing', async () => {
    await opened(counted(42));
    const { status, headers, body } = await ask(question('claude/claude-opus-4-5'));
    expect({ status, body }).toEqual({ status: 200, body: { input_tokens: 42 } });
    expect(headers.get('x-trestle-estimated')).toBeNull();
    expect(upstream.sent.map(({ url }) => url)).toEqual(['http://claude.invalid/v1/messages/count_tokens']);
    expect(askedOf(upstream.sent[0] as never)).toEqual({ ...question('claude-opus-4-5') });
    expect(await house?.records()).toMatchObject([
      {
        operation: 'count-tokens',
        dialect: 'anthropic-token-count',
        provider: 'claude',
        status: 200,
        outcome: 'complete',
        cost: 0n,
        usage: { tokens: {} },
        flags: [],
      },
    ]);
  });

  test('is estimated where the provider cannot count: the answer says so, and so does its record', async () => {
    await opened();
    const { status, headers, body } = await ask(question('up/m'));
    expect(status).toBe(200);
    expect(headers.get('x-trestle-estimated')).toBe('true');
    expect(headers.get('x-trestle-provider')).toBe('up');
    expect(headers.get('x-trestle-cost-usd')).toBe('0');
    expect(Object.keys(body)).toEqual(['input_tokens']);
    expect(body.input_tokens).toBeWithin(10, 80);
    expect(upstream.sent).toBeEmpty();
    expect(await house?.records()).toMatchObject([
      { operation: 'count-tokens', status: 200, cost: 0n, usage: { tokens: {} }, flags: ['count-estimated'] },
    ]);
  });

  test('grows with the request', async () => {
    await opened();
    const short = await ask(question('up/m'));
    const long = await ask(question('up/m', 'Hello, bridge. '.repeat(1000)));
    expect(long.body.input_tokens - short.body.input_tokens).toBeWithin(3_000, 5_000);
  });

  test('is known of every model that can be chatted with, also under the prefix and by an alias that falls back', async () => {
    await opened(() => ({
      status: 529,
      pieces: ['{"type":"error","error":{"type":"overloaded_error","message":"no"}}'],
    }));
    const sandbox = await ask(question('sandbox/echo'), { path: '/anthropic/v1/messages/count_tokens' });
    expect({ status: sandbox.status, estimated: sandbox.headers.get('x-trestle-estimated') }).toEqual({
      status: 200,
      estimated: 'true',
    });
    const pending = ask(question('both'));
    for (let step = 0; step < 10; step += 1) await house?.clock.advance(5_000);
    const fallen = await pending;
    expect({ status: fallen.status, provider: fallen.headers.get('x-trestle-provider') }).toEqual({
      status: 200,
      provider: 'up',
    });
  });

  test('is read by both majors of Anthropic’s own SDK', async () => {
    const { house: front } = await opened(counted(42));
    const fetch = (async (url: string | URL | Request, init?: RequestInit) =>
      await front.answer(new Request(String(url), init))) as typeof globalThis.fetch;
    const options = { baseURL: 'http://127.0.0.1:4141', apiKey: clientKey, fetch };
    const messages = [{ role: 'user' as const, content: 'Hello' }];
    for (const client of [new Anthropic0(options), new Anthropic1(options)]) {
      expect(await client.messages.countTokens({ model: 'claude/claude-opus-4-5', messages })).toEqual({
        input_tokens: 42,
      });
      const estimate = await client.messages.countTokens({ model: 'up/m', messages }).asResponse();
      expect(estimate.headers.get('x-trestle-estimated')).toBe('true');
    }
  });

  test('is refused in Anthropic’s words', async () => {
    await opened();
    const unknown = await ask(question('nobody/knows'));
    expect(unknown).toMatchObject({ status: 404, body: { type: 'error', error: { type: 'not_found_error' } } });
    const { messages: _, ...none } = question('up/m');
    const missing = await ask(none as never);
    expect(missing).toMatchObject({ status: 400, body: { type: 'error', error: { type: 'invalid_request_error' } } });
    expect((await house?.records())?.map(({ status, cost }) => [status, cost])).toEqual([
      [404, 0n],
      [400, 0n],
    ]);
  });
});
