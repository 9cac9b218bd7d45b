import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import OpenAI6 from 'openai-6';
import OpenAI7 from 'openai-7';
import { isJsonObject, type Json } from '../../src/core/json.ts';
import { administer, type Started, startTrestle } from '../started.ts';

/** The official OpenAI SDK, unmodified, two majors: it asks for base64 by itself, and decodes what comes. */
const majors = [
  ['openai 6', OpenAI6],
  ['openai 7', OpenAI7 as unknown as typeof OpenAI6],
] as const;

/** Servers that know one encoding alone, whatever they are asked for. */
const floats = [0.25, -0.5, 0.10000000149011612];
const base64 = 'AACAPgAAAL/NzMw9';
let servers: ReturnType<typeof Bun.serve>[] = [];
const asked: Json[] = [];
let trestle: Started;

beforeAll(async () => {
  servers = [floats, base64].map((embedding) =>
    Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      async fetch(request) {
        if (request.method !== 'POST') return new Response(null, { status: 404 });
        const body = (await request.json()) as Json;
        asked.push(body);
        const input = isJsonObject(body) && Array.isArray(body['input']) ? body['input'] : [''];
        const data = input.map((_: Json, index) => ({ object: 'embedding', embedding, index }));
        return Response.json({ object: 'list', data, model: 'one', usage: { prompt_tokens: 5, total_tokens: 5 } });
      },
    }),
  );
  const [float, text] = servers.map(({ url }) => ({
    type: 'openai-compatible',
    base_url: `${url.origin}/v1`,
    prices: { '*': { input: 2 } },
  }));
  trestle = await startTrestle({ config: JSON.stringify({ providers: { float, text } }) });
});
afterAll(async () => {
  await trestle?.stop();
  await Promise.all(servers.map((server) => server.stop(true)));
});

describe.each(majors)('%s', (_name, OpenAI) => {
  const client = (apiKey = trestle.clientKey): InstanceType<typeof OpenAI> =>
    new OpenAI({ baseURL: `${trestle.url}/v1`, apiKey, maxRetries: 0 });
  const model = 'sandbox/embed';

  test('gets vectors without saying how, and hears what they cost', async () => {
    const { data, response } = await client()
      .embeddings.create({ model, input: ['Grüße, 世界 🌉', 'Hello'], dimensions: 8 })
      .withResponse();
    expect(data.data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
      [0, 8],
      [1, 8],
    ]);
    for (const { embedding } of data.data) expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
    expect(data.usage).toEqual({ prompt_tokens: 4, total_tokens: 4 });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-trestle-provider': 'sandbox',
      'x-trestle-model': 'embed',
      'x-trestle-cost-usd': '0.000004',
    });
  });

  test('gets the same numbers in both encodings, and of text and tokens alike as many as it asks for', async () => {
    const vectors = async (changes: object) => {
      const answer = await client().embeddings.create({ model, input: 'Hello', dimensions: 4, ...changes });
      return answer.data.map(({ embedding }) => embedding);
    };
    const [usual] = await vectors({});
    expect(await vectors({ encoding_format: 'float' })).toEqual([usual] as never);
    expect(await vectors({ encoding_format: 'base64' })).toEqual([expect.stringMatching(/^[A-Za-z0-9+/]{22}==$/)]);
    expect(await vectors({ input: [1, 2, 3] })).toEqual([expect.any(Array)]);
    expect(await vectors({ input: [[1, 2], [3]] })).toEqual([expect.any(Array), expect.any(Array)]);
  });

  test.each([['float/one'], ['text/one']])(
    'is given what it asks for by a server that ignores it: %s',
    async (name) => {
      const vector = async (encoding?: 'float' | 'base64'): Promise<unknown> => {
        const format = encoding === undefined ? {} : { encoding_format: encoding };
        const answer = await client().embeddings.create({ model: name, input: ['Hello', 'bridge'], ...format });
        expect(answer.data[1]).toEqual(answer.data[0] && { ...answer.data[0], index: 1 });
        return answer.data[0]?.embedding;
      };
      expect(await vector()).toEqual(floats);
      expect(await vector('float')).toEqual(floats);
      expect(await vector('base64')).toBe(base64);
      const words = { model: 'one', input: ['Hello', 'bridge'] };
      expect(asked.splice(0)).toEqual(
        ['base64', 'float', 'base64'].map((encoding) => ({ ...words, encoding_format: encoding })),
      );
    },
  );

  test('is told of wrong input by the SDK’s own errors', async () => {
    const create = async (changes: object, key?: string): Promise<unknown> =>
      await client(key).embeddings.create({ model, input: 'Hello', ...changes });
    await expect(create({}, 'tr-wrong')).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    await expect(create({ model: 'sandbox/embedd' })).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(create({ input: [] })).rejects.toMatchObject({ status: 400, param: 'input' });
    await expect(create({ input: '' })).rejects.toMatchObject({ status: 400, param: 'input' });
    await expect(create({ input: ['a', 7] })).rejects.toMatchObject({ status: 400, param: 'input[1]' });
    await expect(create({ dimensions: 0 })).rejects.toMatchObject({ status: 400, param: 'dimensions' });
    await expect(create({ dimensions: 9999 })).rejects.toMatchObject({ status: 400, param: 'dimensions' });
    await expect(create({ encoding_format: 'hex' })).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(create({ model: 'sandbox/embed?fail=429' })).rejects.toBeInstanceOf(OpenAI.RateLimitError);
  });
});

test('every call is a record of the operation, charged for what went in', async () => {
  const { data } = await administer<{
    data: { operation: string; dialect: string; status: number; cost_usd: string }[];
  }>(trestle, '/admin/v1/requests?limit=1000');
  expect(data.length).toBeGreaterThan(20);
  expect(new Set(data.map(({ operation, dialect }) => `${operation} ${dialect}`))).toEqual(
    new Set(['embed openai-embeddings']),
  );
  expect(new Set(data.map(({ status }) => status))).toEqual(new Set([200, 400, 404, 429]));
  expect(data.map(({ cost_usd: cost }) => cost)).toContainValues(['0.00001', '0.000004', '0']);
});
