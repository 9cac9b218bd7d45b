import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import Anthropic0 from 'anthropic-0';
import Anthropic1 from 'anthropic-1';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { openVendors, pdf, place, placeSchema, png, toolNames, type Vendors } from './vendors.ts';

/** Anthropic's SDK, unmodified, both majors, on OpenAI's models: everything it knows how to say must come through. */
// The two majors differ in types that no two compilers agree on, not in what is used here.
const majors = [
  ['anthropic 0', Anthropic0 as unknown as typeof Anthropic1],
  ['anthropic 1', Anthropic1],
] as const;

let vendors: Vendors;
beforeAll(async () => {
  vendors = await openVendors();
});
afterAll(() => vendors.close());

const tools = toolNames.map((name) => ({ name, description: `The ${name}.`, input_schema: placeSchema }));
const user = (content: Json): JsonObject => ({ role: 'user', content });

describe.each(majors)('%s', (_, Anthropic) => {
  const client = (key = vendors.trestle.clientKey): InstanceType<typeof Anthropic> =>
    new Anthropic({ baseURL: vendors.trestle.url, apiKey: key, maxRetries: 0, logLevel: 'off' });
  const body = (changes: object = {}): never =>
    ({ model: 'gpt/gpt-4o', max_tokens: 1000, messages: [user('Grüße, 世界 🌉')], ...changes }) as never;
  const create = async (changes: object = {}): Promise<Anthropic1.Message> =>
    await client().messages.create(body(changes));
  const stream = async (changes: object = {}): Promise<Anthropic1.Message> =>
    await client().messages.stream(body(changes)).finalMessage();
  const reached = (): JsonObject => vendors.asked().at(-1)?.json ?? {};
  const ways = [
    ['whole', create],
    ['streamed', stream],
  ] as const;

  describe.each(ways)('%s', (_way, ask) => {
    test('chats: the words, the end and the count of tokens are the vendor’s', async () => {
      vendors.asked();
      const said = await ask({ system: 'Be brief.' });
      expect(said).toMatchObject({
        type: 'message',
        role: 'assistant',
        content: [{ type: 'text', text: 'You said: Grüße, 世界 🌉' }],
        stop_reason: 'end_turn',
        stop_sequence: null,
      });
      const messages = [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Grüße, 世界 🌉' },
      ];
      expect(reached()['messages']).toEqual(messages);
      const prompt = Math.ceil(Buffer.byteLength(`${JSON.stringify(messages)}""`) / 4);
      const output = Math.ceil(Buffer.byteLength(JSON.stringify(['You said: Grüße, 世界 🌉', ''])) / 4);
      expect([said.usage.input_tokens, said.usage.output_tokens]).toEqual([prompt, output]);
    });

    test.each(['gpt/gpt-4o', 'gpt/gpt-4o-mixed'])(
      'uses tools over three turns, two at once, with %s',
      async (model) => {
        const messages: JsonObject[] = [user('rounds=2')];
        const stops: unknown[] = [];
        let last = '';
        for (let turn = 0; turn < 3; turn += 1) {
          const said = await ask({ model, tools, messages });
          const calls = said.content.filter((block) => block.type === 'tool_use');
          stops.push([said.stop_reason, ...calls.map(({ name, input }) => ({ name, input }))]);
          last = said.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
          messages.push({ role: 'assistant', content: said.content as never });
          messages.push(
            user(calls.map(({ id, name }) => ({ type: 'tool_result', tool_use_id: id, content: `${name} is fine` }))),
          );
        }
        const both = toolNames.map((name) => ({ name, input: place }));
        expect(stops).toEqual([['tool_use', ...both], ['tool_use', ...both], ['end_turn']]);
        expect(last).toBe('The tools said: weather is fine; time is fine; weather is fine; time is fine.');
      },
    );

    test('is held to a limit and to stop sequences', async () => {
      const [cut, stopped] = [await ask({ max_tokens: 2 }), await ask({ stop_sequences: ['said'] })];
      expect([cut.stop_reason, stopped.stop_reason]).toEqual(['max_tokens', 'end_turn']);
      expect(stopped.content).toMatchObject([{ text: 'You ' }]);
    });

    test('gets a call that it insists on, and no second one beside it where it wants one at a time', async () => {
      const names = async (choice: object): Promise<readonly string[]> => {
        const said = await ask({ tools, tool_choice: choice });
        return said.content.flatMap((block) => (block.type === 'tool_use' ? [block.name] : []));
      };
      expect(await names({ type: 'any' })).toEqual(['weather', 'time']);
      expect(await names({ type: 'any', disable_parallel_tool_use: true })).toEqual(['weather']);
      expect(await names({ type: 'tool', name: 'time' })).toEqual(['time']);
      expect(await names({ type: 'none' })).toEqual([]);
    });

    test('shows images and documents', async () => {
      vendors.asked();
      await ask({
        messages: [
          user([
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
            { type: 'image', source: { type: 'url', url: 'https://pictures.example/one.png' } },
            {
              type: 'document',
              title: 'A paper',
              source: { type: 'base64', media_type: 'application/pdf', data: pdf },
            },
            { type: 'text', text: 'What are these?' },
          ]),
        ],
      });
      expect(reached()['messages']).toEqual([
        user([
          { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
          { type: 'image_url', image_url: { url: 'https://pictures.example/one.png' } },
          { type: 'file', file: { filename: 'A paper', file_data: `data:application/pdf;base64,${pdf}` } },
          { type: 'text', text: 'What are these?' },
        ]),
      ]);
    });

    test('has an image that a tool brought shown, after the results', async () => {
      vendors.asked();
      const calls = ['a', 'b'].map((id) => ({ type: 'tool_use', id, name: 'weather', input: place }));
      const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } };
      await ask({
        tools,
        messages: [
          user('Look'),
          { role: 'assistant', content: calls },
          user([
            { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'a map' }, image] },
            { type: 'tool_result', tool_use_id: 'b', content: 'nothing', is_error: true },
            { type: 'text', text: 'Well?' },
          ]),
        ],
      });
      const messages = reached()['messages'] as readonly JsonObject[];
      expect(messages.map(({ role }) => role)).toEqual([
        'user',
        'assistant',
        'tool',
        'tool',
        ...messages.slice(4).map(() => 'user'),
      ]);
      expect(JSON.stringify(messages.slice(4))).toContain(`data:image/png;base64,${png}`);
    });

    test('tells how hard to think, and how much of the output was thinking', async () => {
      vendors.asked();
      const said = await ask({
        model: 'gpt/gpt-5',
        max_tokens: 9000,
        thinking: { type: 'enabled', budget_tokens: 2000 },
      });
      expect(reached()).toMatchObject({ reasoning_effort: expect.any(String), max_completion_tokens: 9000 });
      expect(said.usage).toMatchObject({ output_tokens_details: { thinking_tokens: expect.any(Number) } });
    });

    test('gets output that keeps to its schema', async () => {
      const said = await ask({ output_config: { format: { type: 'json_schema', schema: placeSchema } } });
      expect(said.content).toEqual([{ type: 'text', text: JSON.stringify(place) }] as never);
    });
  });

  test('is told who answered, at what cost, and what was lost', async () => {
    const { data, response, request_id } = await client()
      .messages.create(body({ top_k: 5, metadata: { user_id: 'somebody' } }))
      .withResponse();
    expect((data as Anthropic1.Message).content).toHaveLength(1);
    expect(request_id).toStartWith('req_');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-trestle-provider': 'gpt',
      'x-trestle-model': 'gpt-4o',
      'x-trestle-lost': '"top_k";why="unsupported"',
      'x-trestle-cost-usd': expect.stringMatching(/^\d+(\.\d+)?$/),
    });
  });

  test('rather hears no than less, where it says so', async () => {
    vendors.asked();
    const strict = async (): Promise<unknown> =>
      await client().messages.create(body({ top_k: 5 }), { headers: { 'x-trestle-strict': 'true' } });
    await expect(strict()).rejects.toMatchObject({ status: 400, message: expect.stringContaining('top_k') });
    expect(vendors.asked()).toEqual([]);
  });

  test.each([
    ['gpt-401', 502, 'api_error'],
    ['gpt-403', 502, 'api_error'],
    ['gpt-404', 404, 'not_found_error'],
    ['gpt-413', 413, 'request_too_large'],
    ['gpt-429', 429, 'rate_limit_error'],
    ['gpt-quota', 402, 'billing_error'],
    ['gpt-500', 502, 'api_error'],
    ['gpt-503', 529, 'overloaded_error'],
    ['gpt-long', 400, 'invalid_request_error'],
  ])('hears of %s by an error of its own', async (model, status, type) => {
    for (const ask of [create, stream]) {
      const problem = await ask({ model: `gpt/${model}` }).catch((thrown: unknown) => thrown);
      expect(problem).toBeInstanceOf(Anthropic.APIError);
      expect(problem).toMatchObject({
        status,
        error: { type: 'error', error: { type } },
        requestID: expect.any(String),
      });
    }
  });

  test('hears of a wrong key, an unknown model and a wrong field by the SDK’s own errors', async () => {
    const unknown = async (): Promise<unknown> => await client('tr-wrong').messages.create(body());
    await expect(unknown()).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
    await expect(create({ model: 'nobody-knows' })).rejects.toBeInstanceOf(Anthropic.NotFoundError);
    await expect(create({ messages: 'hello' })).rejects.toBeInstanceOf(Anthropic.BadRequestError);
  });

  test('hears of an error in mid-stream as an error, not as an end', async () => {
    await expect(stream({ model: 'gpt/gpt-breaks' })).rejects.toBeInstanceOf(Anthropic.APIError);
  });

  test('leaves, and the vendor is left too', async () => {
    vendors.asked();
    const leaving = client().messages.stream(body({ model: 'gpt/gpt-stalls' }));
    await new Promise<void>((resolve) => void leaving.once('text', () => resolve()));
    leaving.abort();
    await expect(leaving.done()).rejects.toBeInstanceOf(Anthropic.APIUserAbortError);
    const [asked] = vendors.asked();
    for (let waited = 0; asked?.left() !== true && waited < 200; waited += 1) await Bun.sleep(10);
    expect(asked?.left()).toBeTrue();
  });

  test('counts tokens before it asks, and lists the models', async () => {
    const { input_tokens } = await client().messages.countTokens(body({ max_tokens: undefined }));
    expect(input_tokens).toBeGreaterThan(0);
    const { id } = await client().models.retrieve('gpt/gpt-4o');
    expect(id).toBe('gpt/gpt-4o');
    const ids: string[] = [];
    for await (const model of client().models.list()) ids.push(model.id);
    expect(ids).toContain('sandbox/echo');
  });
});
