import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import OpenAI6 from 'openai-6';
import OpenAI7 from 'openai-7';
import { administer, type Started, startTrestle } from '../started.ts';

/** The official OpenAI SDK, unmodified, two majors, against a Trestle started as a user starts it, with no key and no upstream. */
const majors = [
  ['openai 6', OpenAI6],
  ['openai 7', OpenAI7 as unknown as typeof OpenAI6],
] as const;

let trestle: Started;
beforeAll(async () => {
  trestle = await startTrestle();
});
afterAll(async () => {
  await trestle.stop();
});

const weather = {
  type: 'function',
  function: {
    name: 'weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' } },
      required: ['city'],
      additionalProperties: false,
    },
  },
} as const;

describe.each(majors)('%s', (_name, OpenAI) => {
  const client = (): InstanceType<typeof OpenAI> =>
    new OpenAI({ baseURL: `${trestle.url}/v1`, apiKey: trestle.clientKey, maxRetries: 0 });

  test('chats, and the answer says what it cost and who answered', async () => {
    const { data, response, request_id } = await client()
      .chat.completions.create({ model: 'sandbox/echo', messages: [{ role: 'user', content: 'Grüße, 世界 🌉' }] })
      .withResponse();
    expect(data.choices[0]?.message).toMatchObject({ role: 'assistant', content: 'Grüße, 世界 🌉' });
    expect(data.usage?.total_tokens).toBeGreaterThan(0);
    expect(request_id).toStartWith('req_');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-trestle-provider': 'sandbox',
      'x-trestle-model': 'echo',
      'x-trestle-attempts': '1',
      'x-trestle-cost-usd': expect.stringMatching(/^\d+(\.\d+)?$/),
    });
  });

  test('streams, without a usage frame that nobody asked for', async () => {
    const stream = await client().chat.completions.create({
      model: 'sandbox/echo',
      stream: true,
      messages: [{ role: 'user', content: 'one two three' }],
    });
    let text = '';
    const shapes: number[] = [];
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      shapes.push(chunk.choices.length);
      expect(chunk.usage ?? null).toBeNull();
    }
    expect(text).toBe('one two three');
    expect(shapes.every((count) => count === 1)).toBeTrue();
  });

  test('streams with usage when it asks for it', async () => {
    const stream = await client().chat.completions.create({
      model: 'sandbox/echo',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'one two three' }],
    });
    let last: unknown;
    for await (const chunk of stream) last = chunk;
    expect(last).toMatchObject({
      choices: [],
      usage: { prompt_tokens: expect.any(Number), completion_tokens: expect.any(Number) },
    });
  });

  test('calls a tool, whole and streamed, and goes on with its result', async () => {
    const question = { role: 'user', content: 'What is the weather?' } as const;
    const body = { model: 'sandbox/echo', messages: [question], tools: [weather], tool_choice: 'required' } as const;
    const whole = await client().chat.completions.create({ ...body, messages: [question], tools: [weather] });
    const call = whole.choices[0]?.message.tool_calls?.[0];
    expect(whole.choices[0]?.finish_reason).toBe('tool_calls');
    if (call?.type !== 'function') throw new Error('no function was called');
    expect(JSON.parse(call.function.arguments)).toMatchObject({ city: expect.any(String) });

    const streamed = await client()
      .chat.completions.stream({ ...body, messages: [question], tools: [weather] })
      .finalChatCompletion();
    expect(streamed.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: 'weather', arguments: call.function.arguments },
    });

    const after = await client().chat.completions.create({
      model: 'sandbox/echo',
      messages: [
        question,
        { role: 'assistant', tool_calls: [call] },
        { role: 'tool', tool_call_id: call.id, content: 'sunny' },
      ],
      tools: [weather],
    });
    expect(after.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: expect.any(String) } });
  });

  test('gets structured output that keeps to its schema', async () => {
    const answer = await client().chat.completions.parse({
      model: 'sandbox/lorem',
      messages: [{ role: 'user', content: 'A person, please.' }],
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'person',
          strict: true,
          schema: {
            type: 'object',
            properties: {
              name: { type: 'string' },
              age: { type: 'integer' },
              role: { type: 'string', enum: ['admin', 'user'] },
            },
            required: ['name', 'age', 'role'],
            additionalProperties: false,
          },
        },
      },
    });
    expect(answer.choices[0]?.message.parsed as unknown).toEqual({
      name: expect.any(String),
      age: expect.any(Number),
      role: expect.stringMatching(/^(admin|user)$/),
    });
  });

  test('is told of a wrong key, an unknown model and a wrong field by the SDK’s own errors', async () => {
    const create = async (changes: object, key = trestle.clientKey): Promise<unknown> =>
      await new OpenAI({ baseURL: `${trestle.url}/v1`, apiKey: key, maxRetries: 0 }).chat.completions.create({
        model: 'sandbox/echo',
        messages: [{ role: 'user', content: 'x' }],
        ...changes,
      } as never);
    await expect(create({}, 'tr-wrong')).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    await expect(create({ model: 'sandbox/ecko' })).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(create({ model: 'nobody-knows' })).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
    await expect(create({ messages: 'hello' })).rejects.toMatchObject({ status: 400, param: 'messages' });
    await expect(create({ n: 0 })).rejects.toBeInstanceOf(OpenAI.BadRequestError);
  });

  test('hears of an error in mid-stream as an error, not as an end', async () => {
    const stream = await client().chat.completions.create({
      model: 'sandbox/echo?error_after=3',
      stream: true,
      messages: [{ role: 'user', content: 'a b c d e f g h' }],
    });
    const read = async (): Promise<void> => {
      for await (const _ of stream);
    };
    await expect(read()).rejects.toBeInstanceOf(OpenAI.APIError);
  });

  test('lists the models', async () => {
    const ids: string[] = [];
    for await (const model of client().models.list()) ids.push(model.id);
    expect(ids).toContain('sandbox/echo');
    expect(await client().models.retrieve('sandbox/echo')).toMatchObject({ id: 'sandbox/echo', object: 'model' });
  });
});

test('every call of a known key is a record, the refused ones too, and the totals are their sum', async () => {
  const rows = await administer<{
    data: { status: number; cost_usd: string | null; usage: { tokens: { total: number } } }[];
  }>(trestle, '/admin/v1/requests?limit=1000');
  expect(rows.data.map(({ status }) => status)).toContainValues([200, 400, 404]);
  const { data } = await administer<{ data: { requests: number; tokens: { total: number } }[] }>(
    trestle,
    '/admin/v1/usage?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z',
  );
  expect(data[0]).toMatchObject({
    requests: rows.data.length,
    tokens: { total: rows.data.reduce((sum, row) => sum + row.usage.tokens.total, 0) },
  });
});
