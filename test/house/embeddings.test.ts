import { afterEach, describe, expect, test } from 'bun:test';
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { vectorNumbers } from '../../src/core/vector.ts';
import { askedOf, type FakeAnswer, type FakeUpstream, fakeUpstream, goodVectorUsage } from './fake-upstream.ts';
import { type Asking, type TestHouse, testHouse } from './house.ts';

const config = `
providers:
  up: { type: openai-compatible, base_url: "http://up.invalid/v1", api_key: up-credential, prices: { "*": { input: 3 }, writer: { input: 1, output: 2 } } }
  other: { type: openai, base_url: "http://other.invalid/v1", api_key: other-credential, prices: { "*": { input: 5 } } }
  claude: { type: anthropic, base_url: "http://claude.invalid", api_key: claude-credential }
  house: { type: ollama, base_url: "http://127.0.0.1:9", models: [llama, nomic] }
models:
  both: { targets: [{ model: up/m }], fallback: [other/m] }
`;

let house: TestHouse | undefined;
let upstream: FakeUpstream;
afterEach(async () => {
  await house?.close();
});

const opened = async (answer?: (text: string) => FakeAnswer): Promise<TestHouse> => {
  upstream = fakeUpstream(answer && ((request) => answer(new TextDecoder().decode(request.body))));
  house = await testHouse({ http: upstream, config });
  return house;
};

const json = (body: Json | string): FakeAnswer => ({
  headers: { 'content-type': 'application/json' },
  pieces: [typeof body === 'string' ? body : JSON.stringify(body)],
});
const answered = (embedding: Json, more: JsonObject = {}): JsonObject => ({
  object: 'list',
  data: [{ object: 'embedding', index: 0, embedding }],
  model: 'm',
  ...more,
});

const ask = async (body: JsonObject, asking: Asking = {}) => {
  const response = await house?.ask({ model: 'up/m', input: 'Hello', ...body }, { path: '/v1/embeddings', ...asking });
  if (response === undefined) throw new Error('no house');
  const text = await response.text();
  const answer: Json = JSON.parse(text);
  return { status: response.status, headers: response.headers, text, body: isJsonObject(answer) ? answer : {} };
};
const vectorIn = ({ body }: { readonly body: JsonObject }): Json | undefined => {
  const [first] = Array.isArray(body['data']) ? body['data'] : [];
  return isJsonObject(first) ? first['embedding'] : undefined;
};
const sentBodies = (): readonly unknown[] => upstream.sent.map(askedOf);

describe('a call for embeddings', () => {
  test('goes through byte for byte but for the model, and leaves a record with its price', async () => {
    const answer = ` {"data":[{"embedding":[1e-3, 0.12345678901234567891],"index":0}],"big":12345678901234567890,"usage":{"prompt_tokens":7}}\n`;
    const { ask: asked, records } = await opened(() => json(answer));
    const body = { model: 'up/m', input: [[1, 2], [3]], dimensions: 2, user: 'someone', odd: { a: null } };
    const response = await asked(body, { path: '/openai/v1/embeddings' });
    expect(await response.text()).toBe(answer);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'x-trestle-provider': 'up',
      'x-trestle-model': 'm',
      'x-trestle-attempts': '1',
      'x-trestle-cost-usd': '0.000021',
    });
    expect(upstream.sent.map(({ url, body: sent }) => [url, new TextDecoder().decode(sent)])).toEqual([
      ['http://up.invalid/v1/embeddings', JSON.stringify({ ...body, model: 'm' })],
    ]);
    expect(await records()).toMatchObject([
      {
        dialect: 'openai-embeddings',
        operation: 'embed',
        provider: 'up',
        model: 'm',
        endUser: 'someone',
        stream: false,
        status: 200,
        outcome: 'complete',
        usage: { tokens: { input: 7 } },
        basis: 'reported',
        cost: 21_000n,
        flags: [],
      },
    ]);
  });

  test('is charged by our count where the provider gives none, or says nought', async () => {
    const { records } = await opened((text) => {
      const usage = text.includes('nought') ? { usage: { prompt_tokens: 0, total_tokens: 0 } } : {};
      return json(answered([0.5], usage));
    });
    await ask({ input: 'a'.repeat(400) });
    await ask({ input: 'nought'.repeat(100) });
    await ask({ input: [[1, 2, 3], [4]] });
    await ask({ input: [5, 6, 7, 8, 9] });
    const charged = (await records()).map(({ usage, basis, flags }) => ({ input: usage.tokens.input, basis, flags }));
    const flags = ['usage-estimated'];
    expect(charged.map(({ basis }) => basis)).toEqual(['estimated', 'estimated', 'estimated', 'estimated']);
    expect(charged.map((one) => one.flags)).toEqual([flags, flags, flags, flags]);
    const [letters = 0, words = 0, lists = 0, list = 0] = charged.map(({ input }) => input);
    expect(letters).toBeWithin(100, 105);
    expect(words).toBeWithin(150, 155);
    expect([lists - list]).toEqual([-1]);
    expect(list).toBeWithin(5, 8);
  });

  test('falls back to another provider, also when what came is no vector', async () => {
    await opened((text) =>
      text.includes('"m"') && upstream.sent.length === 1
        ? json(answered(['no', 'vector'], { usage: goodVectorUsage }))
        : json(answered([0.25], { usage: goodVectorUsage })),
    );
    const fallen = await ask({ model: 'both', encoding_format: 'base64' });
    expect({ status: fallen.status, vector: vectorIn(fallen), by: fallen.headers.get('x-trestle-provider') }).toEqual({
      status: 200,
      vector: 'AACAPg==',
      by: 'other',
    });
    expect(
      (await house?.records())?.map(({ provider, outcome, failure, cost }) => [provider, outcome, failure, cost]),
      // Both attempts: the first one had done its work.
    ).toEqual([['other', 'complete', undefined, 21_000n + 35_000n]]);
  });

  test('that the provider fails keeps the vendor’s words, also under the status of a success', async () => {
    const error = { message: 'No such thing', type: 'invalid_request_error', param: 'dimensions', code: 'odd' };
    await opened((text) => ({ ...json({ error }), status: text.includes('quiet') ? 200 : 400 }));
    expect(await ask({})).toMatchObject({ status: 400, body: { error } });
    expect((await ask({ input: 'quiet' })).body).toMatchObject({ error: { message: 'No such thing', code: 'odd' } });
    expect((await house?.records())?.map(({ cost, outcome }) => [outcome, cost])).toEqual([
      ['failed', 0n],
      ['failed', 0n],
    ]);
  });

  test('is refused where nobody offers it, and the refusal names a model that is good for it', async () => {
    await opened();
    const refused = await ask({ model: 'claude/claude-opus-4-5' });
    expect({ status: refused.status, body: refused.body }).toMatchObject({
      status: 400,
      body: {
        error: {
          code: 'unsupported_operation',
          message:
            'claude does not offer embed, so "claude/claude-opus-4-5" cannot be asked for it; try house/llama or sandbox/embed.',
        },
      },
    });
    expect(upstream.sent).toBeEmpty();
  });

  test('has its words alone, whatever they look like', async () => {
    await opened();
    const input = 'toolu_01~tr1~eyJwIjoidXAifQ and data:image/png;base64,AAAA';
    expect((await ask({ input })).headers.get('x-trestle-lost')).toBeNull();
    expect(sentBodies()).toEqual([{ model: 'm', input }]);
  });
});

describe('vectors', () => {
  const floats = [0.25, -0.5];
  const base64 = 'AACAPgAAAL8=';

  test.each([
    ['float', floats],
    ['base64', base64],
    [undefined, floats],
    [null, floats],
  ] as const)('come as asked for (%s), whatever the provider gives', async (encoding, vector) => {
    for (const given of [floats, base64]) {
      await opened(() => json(answered(given, { usage: goodVectorUsage })));
      const asked = encoding === undefined ? {} : { encoding_format: encoding };
      const { body, headers } = await ask(asked);
      expect(body).toEqual(answered(vector, { usage: goodVectorUsage }));
      expect(headers.get('x-trestle-lost')).toBeNull();
      expect(sentBodies()).toEqual([{ model: 'm', input: 'Hello', ...asked }]);
      await house?.close();
    }
  });

  test('in an encoding of the vendor’s own pass untouched', async () => {
    await opened(() => json(answered('AQI=', { usage: goodVectorUsage })));
    expect(vectorIn(await ask({ encoding_format: 'ubinary' }))).toBe('AQI=');
    expect(vectorIn(await ask({}))).toBe('AQI=');
  });

  test('that cannot be read as asked are the provider’s fault, and charged', async () => {
    await opened(() => json(answered('AQI=', { usage: goodVectorUsage })));
    const garbled = await ask({ encoding_format: 'float' });
    expect({ status: garbled.status, body: garbled.body }).toMatchObject({
      status: 502,
      body: { error: { code: 'provider_garbled', message: expect.stringContaining("'data[0].embedding'") } },
    });
    expect(await house?.records()).toMatchObject([{ outcome: 'failed', failure: 'provider-garbled', cost: 21_000n }]);
  });

  test('of the sandbox need nothing, and are the same in both encodings', async () => {
    await opened();
    const floatAnswer = await ask({ model: 'sandbox/embed', dimensions: 3, input: ['a', 'b'] });
    const base64Answer = await ask({
      model: 'sandbox/embed?other_encoding=1',
      dimensions: 3,
      encoding_format: 'base64',
    });
    expect(vectorIn(floatAnswer)).toBeArrayOfSize(3);
    const again = await ask({ model: 'sandbox/embed', dimensions: 3 });
    expect(vectorNumbers(String(vectorIn(base64Answer)))).toEqual(vectorIn(again) as never);
    expect(floatAnswer.headers.get('x-trestle-cost-usd')).toBe('0.000002');
    expect((await ask({ model: 'sandbox/echo' })).status).toBe(404);
  });
});

describe('models that embed', () => {
  test('are listed beside those that chat', async () => {
    const opening = await opened();
    const listed = await opening.ask({}, { path: '/v1/models', method: 'GET' });
    const { data } = (await listed.json()) as { data: readonly { id: string }[] };
    const ids = data.map(({ id }) => id).filter((id) => !/^(ollama|lmstudio)\//.test(id));
    expect(ids).toEqual([
      'both',
      'house/llama',
      'house/nomic',
      'sandbox/echo',
      'sandbox/embed',
      'sandbox/lorem',
      'up/writer',
    ]);
  });

  test('is spared what its provider’s entry says that it refuses, as a caller is told', async () => {
    upstream = fakeUpstream(() => json(answered([1, 2])));
    house = await testHouse({
      http: upstream,
      config: config.replace(
        'api_key: up-credential',
        'api_key: up-credential, adjust: { without: [user], dialects: { openai-chat: { without: [seed] }, openai-embeddings: { renamed: { dimensions: size } } } }',
      ),
    });
    const { headers } = await ask({ user: 'someone', dimensions: 2, seed: 1 });
    expect(sentBodies()).toEqual([{ model: 'm', input: 'Hello', size: 2, seed: 1 }]);
    expect(headers.get('x-trestle-lost')).toBe('"user";why="unsupported"');
  });

  test('can be explained: what is sent, and what it costs at most', async () => {
    const opening = await opened();
    // What looks like one of our seals is somebody's words here, and nothing to be opened.
    const request = { model: 'up/m', input: 'Hello~tr1~e30', encoding_format: 'base64' };
    const told = await opening.ask({ dialect: 'openai-embeddings', request }, { path: '/trestle/v1/explain' });
    expect(await told.json()).toMatchObject({
      operation: 'embed',
      targets: [
        {
          url: 'http://up.invalid/v1/embeddings',
          passed_through: true,
          lost: [],
          price_bound_usd: '0.000969',
          body: { ...request, model: 'm' },
        },
      ],
    });
  });
});
