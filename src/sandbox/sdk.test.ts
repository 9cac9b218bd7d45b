import { describe, expect, test } from 'bun:test';
import OpenAI6 from 'openai-6';
import OpenAI7 from 'openai-7';
import { sandbox } from '../../test/fakes/sandbox.ts';

/** The official SDK, unmodified, with the sandbox in place of its network. */
async function sandboxFetch(url: unknown, init: RequestInit = {}): Promise<Response> {
  const answer = await sandbox().send({
    method: 'POST',
    url: String(url),
    headers: {},
    body: new TextEncoder().encode(String(init.body)),
    signal: init.signal ?? new AbortController().signal,
  });
  const source = answer.pieces();
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const piece = await source.read();
      if (piece === undefined) return controller.close();
      controller.enqueue(piece);
    },
  });
  return new Response(body, { status: answer.status, headers: answer.headers });
}

const messages = [{ role: 'user' as const, content: 'Hello, wide world' }];
const options = { apiKey: 'none', baseURL: 'http://sandbox/v1', maxRetries: 0, fetch: sandboxFetch };
const tool = {
  type: 'function' as const,
  function: {
    name: 'visit',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

describe.each([
  ['6', new OpenAI6(options)],
  ['7', new OpenAI7(options) as unknown as OpenAI6],
])('the OpenAI SDK, major %s', (_, client) => {
  test('chats', async () => {
    const answer = await client.chat.completions.create({ model: 'echo', messages });
    expect(answer.choices[0]?.message.content).toBe('Hello, wide world');
    expect(answer._request_id).toStartWith('req_');
  });

  test('streams to the same answer, with usage', async () => {
    const stream = client.chat.completions.stream({ model: 'echo', messages, stream_options: { include_usage: true } });
    const answer = await stream.finalChatCompletion();
    expect(answer.choices[0]?.message.content).toBe('Hello, wide world');
    expect(answer.usage?.completion_tokens).toBe(3);
  });

  test('runs a tool and goes on with its result', async () => {
    const visited: string[] = [];
    const visit = { ...tool.function, description: 'Goes there.', function: (city: string) => void visited.push(city) };
    const runner = client.chat.completions.runTools({
      model: 'echo?tool_calls=2',
      messages,
      tools: [{ type: 'function', function: visit }],
    });
    expect(await runner.finalContent()).toBe('Hello, wide world');
    expect(visited.map((city) => JSON.parse(city))).toEqual([
      { city: expect.any(String) },
      { city: expect.any(String) },
    ]);
  });

  test('gathers streamed tool calls', async () => {
    const stream = client.chat.completions.stream({ model: 'echo', messages, tools: [tool], tool_choice: 'required' });
    const call = (await stream.finalChatCompletion()).choices[0]?.message.tool_calls?.[0];
    expect(call).toMatchObject({ type: 'function', function: { name: 'visit' } });
    expect(JSON.parse(call?.type === 'function' ? call.function.arguments : '')).toEqual({ city: expect.any(String) });
  });

  test('parses structured output', async () => {
    const schema = {
      type: 'object',
      properties: { n: { type: 'integer' } },
      required: ['n'],
      additionalProperties: false,
    };
    const answer = await client.chat.completions.parse({
      model: 'lorem',
      messages,
      response_format: { type: 'json_schema', json_schema: { name: 'count', strict: true, schema } },
    });
    expect(answer.choices[0]?.message.parsed as unknown).toEqual({ n: expect.any(Number) });
  });

  test('knows the errors for what they are', async () => {
    const create = async (model: string): Promise<unknown> => await client.chat.completions.create({ model, messages });
    await expect(create('echo?fail=429')).rejects.toMatchObject({
      status: 429,
      code: 'rate_limit_exceeded',
      type: 'requests',
    });
    await expect(create('nobody')).rejects.toMatchObject({ status: 404, code: 'model_not_found', param: 'model' });
    const stream = await client.chat.completions.create({ model: 'echo?error_after=1', messages, stream: true });
    const drain = async (): Promise<void> => {
      for await (const _chunk of stream);
    };
    await expect(drain()).rejects.toThrow('had an error');
  });
});
