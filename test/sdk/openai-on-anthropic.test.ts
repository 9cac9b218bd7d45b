import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import OpenAI6 from 'openai-6';
import OpenAI7 from 'openai-7';
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import type { Sdk } from './hearing.ts';
import { openVendors, pdf, place, placeSchema, png, toolNames, type Vendors } from './vendors.ts';

/** OpenAI's SDK, unmodified, both majors, on Claude, whose API refuses whatever does not keep to its rules. */
// The two majors differ in types that no two compilers agree on, not in what is used here.
const majors = [
  ['openai 6', OpenAI6 as unknown as Sdk],
  ['openai 7', OpenAI7],
] as const;

let vendors: Vendors;
beforeAll(async () => {
  vendors = await openVendors();
});
afterAll(() => vendors.close());

const tools = toolNames.map((name) => ({
  type: 'function',
  function: { name, description: `The ${name}.`, parameters: placeSchema, strict: true },
}));
const user = (content: Json): JsonObject => ({ role: 'user', content });
type Completion = OpenAI7.ChatCompletion;

describe.each(majors)('%s', (_, OpenAI) => {
  const client = (key = vendors.trestle.clientKey): InstanceType<Sdk> =>
    new OpenAI({ baseURL: `${vendors.trestle.url}/v1`, apiKey: key, maxRetries: 0, logLevel: 'off' });
  const body = (changes: object = {}): never =>
    ({ model: 'claude/claude-haiku-4-5', messages: [user('Grüße, 世界 🌉')], ...changes }) as never;
  const create = async (changes: object = {}): Promise<Completion> =>
    await client().chat.completions.create(body(changes));
  const stream = async (changes: object = {}): Promise<Completion> =>
    await client()
      .chat.completions.stream(body({ stream_options: { include_usage: true }, ...changes }))
      .finalChatCompletion();
  const reached = (): JsonObject => vendors.asked().at(-1)?.json ?? {};
  const ways = [
    ['whole', create],
    ['streamed', stream],
  ] as const;

  describe.each(ways)('%s', (_way, ask) => {
    test('chats: the words, the end and the count of tokens are the vendor’s', async () => {
      vendors.asked();
      const said = await ask({ messages: [{ role: 'developer', content: 'Be brief.' }, user('Grüße, 世界 🌉')] });
      expect(said.choices).toMatchObject([
        { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'You said: Grüße, 世界 🌉' } },
      ]);
      const { system, messages, max_tokens: most } = reached();
      expect([JSON.stringify(system), JSON.stringify(messages)]).toEqual([
        expect.stringContaining('Be brief.'),
        expect.stringContaining('Grüße, 世界 🌉'),
      ]);
      expect(most).toBe(64_000);
      const { prompt_tokens: input = 0, completion_tokens: output = 0, total_tokens: total } = said.usage ?? {};
      expect(input).toBeGreaterThan(0);
      expect(total).toBe(input + output);
    });

    // A client of OpenAI's keeps of an answer what OpenAI's API gives: the words and the calls, with their ids.
    const kept = ({ content, tool_calls: calls = [] }: Completion['choices'][number]['message']): JsonObject => ({
      role: 'assistant',
      content,
      ...(calls.length > 0 && {
        tool_calls: calls.map((call) => ({
          id: call.id,
          type: 'function',
          function: call.type === 'function' ? { name: call.function.name, arguments: call.function.arguments } : {},
        })),
      }),
    });

    test.each([
      ['without thinking', {}],
      ['with thinking, whose seals come back though it knows nothing of them', { reasoning_effort: 'low' }],
    ])('uses tools over three turns, two at once, %s', async (_title, changes) => {
      const messages: JsonObject[] = [user('rounds=2')];
      const finishes: unknown[] = [];
      let last: string | null = '';
      vendors.asked();
      for (let turn = 0; turn < 3; turn += 1) {
        const [choice] = (await ask({ tools, messages, ...changes })).choices;
        if (choice === undefined) throw new Error('no choice');
        const calls = choice.message.tool_calls ?? [];
        finishes.push([choice.finish_reason, ...calls.map((call) => call.type === 'function' && call.function.name)]);
        last = choice.message.content;
        messages.push(kept(choice.message));
        for (const { id } of calls)
          messages.push({ role: 'tool', tool_call_id: id, content: `${id.slice(0, 8)} is fine` });
      }
      expect(finishes).toEqual([['tool_calls', ...toolNames], ['tool_calls', ...toolNames], ['stop']]);
      expect(last).toMatch(/^The tools said: toolu_\w+ is fine; /);
      const asked = vendors.asked();
      expect(asked.map(({ refused }) => refused)).toEqual([undefined, undefined, undefined]);
      expect(JSON.stringify(asked.map(({ json }) => json))).not.toContain('~tr1~');
    });

    test('gets a call that it insists on, and no second one beside it where it wants one at a time', async () => {
      const names = async (changes: object): Promise<readonly unknown[]> => {
        const [choice] = (await ask({ tools, ...changes })).choices;
        return (choice?.message.tool_calls ?? []).map((call) => call.type === 'function' && call.function.name);
      };
      expect(await names({ tool_choice: 'required' })).toEqual(['weather', 'time']);
      expect(await names({ tool_choice: 'required', parallel_tool_calls: false })).toEqual(['weather']);
      expect(await names({ tool_choice: { type: 'function', function: { name: 'time' } } })).toEqual(['time']);
      expect(await names({ tool_choice: 'none' })).toEqual([]);
      const allowed = { mode: 'required', tools: [{ type: 'function', function: { name: 'time' } }] };
      expect(await names({ tool_choice: { type: 'allowed_tools', allowed_tools: allowed } })).toEqual(['time']);
    });

    test('is held to a limit and to stop sequences', async () => {
      const cut = await ask({ max_completion_tokens: 2 });
      const stopped = await ask({ stop: 'said' });
      expect([cut.choices[0]?.finish_reason, stopped.choices[0]?.finish_reason]).toEqual(['length', 'stop']);
      expect(stopped.choices[0]?.message.content).toBe('You ');
    });

    test('shows images and documents', async () => {
      vendors.asked();
      await ask({
        messages: [
          user([
            { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
            { type: 'image_url', image_url: { url: 'https://pictures.example/one.png' } },
            { type: 'file', file: { filename: 'A paper', file_data: `data:application/pdf;base64,${pdf}` } },
            { type: 'text', text: 'What are these?' },
          ]),
        ],
      });
      expect(reached()['messages']).toEqual([
        user([
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
          { type: 'image', source: { type: 'url', url: 'https://pictures.example/one.png' } },
          { type: 'document', title: 'A paper', source: { type: 'base64', media_type: 'application/pdf', data: pdf } },
          { type: 'text', text: 'What are these?' },
        ]),
      ]);
    });

    test('gets several answers, which Claude is asked for one by one', async () => {
      vendors.asked();
      const said = await ask({ n: 3 });
      expect(said.choices.map(({ index, message }) => [index, message.content])).toEqual(
        [0, 1, 2].map((index) => [index, 'You said: Grüße, 世界 🌉']),
      );
      const asked = vendors.asked();
      expect(asked).toHaveLength(3);
      const alone = await ask();
      expect(said.usage?.prompt_tokens).toBe(3 * (alone.usage?.prompt_tokens ?? 0));
      expect(said.usage?.completion_tokens).toBe(3 * (alone.usage?.completion_tokens ?? 0));
    });

    test('has the prompt cached where it marks it, and reads what came of the cache', async () => {
      const text = `A long story, ${_}, ${_way}: ${'and then, '.repeat(300)}`;
      const part = { type: 'text', text, prompt_cache_breakpoint: { mode: 'explicit' } };
      const question = { messages: [{ role: 'system', content: [part] }, user('And the end?')] };
      const [first, second] = [await ask(question), await ask(question)];
      const details = [first, second].map(({ usage }) => usage?.prompt_tokens_details);
      expect(details[0]).toMatchObject({ cached_tokens: 0, cache_write_tokens: expect.any(Number) });
      expect(details[1]?.cached_tokens).toBeGreaterThan(500);
      expect(first.usage?.prompt_tokens).toBe(second.usage?.prompt_tokens ?? 0);
    });
  });

  test('gets output that keeps to its schema, where Claude can be held to it and where it must be forced', async () => {
    const format = { type: 'json_schema', json_schema: { name: 'place', strict: true, schema: placeSchema } };
    for (const model of ['claude-haiku-4-5', 'claude-3-7-sonnet-latest']) {
      const question = { model: `claude/${model}`, response_format: format };
      const parsed = await client().chat.completions.parse(body(question));
      expect(parsed.choices[0]?.message.parsed as unknown).toEqual(place);
      const [choice] = (await stream(question)).choices;
      expect([choice?.finish_reason, JSON.parse(choice?.message.content ?? '')]).toEqual(['stop', place]);
    }
  });

  test('is told who answered, at what cost, and what was lost', async () => {
    const { data, response, request_id } = await client()
      .chat.completions.create(body({ seed: 5, logprobs: true, user: 'somebody' }))
      .withResponse();
    expect((data as Completion).choices).toHaveLength(1);
    expect(request_id).toStartWith('req_');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-trestle-provider': 'claude',
      'x-trestle-model': 'claude-haiku-4-5',
      'x-trestle-lost': expect.stringMatching(/"seed";why="\w+".*"logprobs";why="\w+"|"logprobs".*"seed"/),
      'x-trestle-cost-usd': expect.stringMatching(/^\d+(\.\d+)?$/),
    });
  });

  test('rather hears no than less, where it says so', async () => {
    vendors.asked();
    const strict = async (): Promise<unknown> =>
      await client().chat.completions.create(body({ seed: 5 }), { headers: { 'x-trestle-strict': 'true' } });
    await expect(strict()).rejects.toMatchObject({ status: 400, message: expect.stringContaining('seed') });
    expect(vendors.asked()).toEqual([]);
  });

  test.each([
    ['claude-401', 502],
    ['claude-402', 429],
    ['claude-403', 502],
    ['claude-404', 404],
    ['claude-413', 413],
    ['claude-429', 429],
    ['claude-500', 502],
    ['claude-529', 503],
  ])('hears of %s by an error of its own', async (model, status) => {
    for (const ask of [create, stream]) {
      const problem = await ask({ model: `claude/${model}` }).catch((thrown: unknown) => thrown);
      expect(problem).toBeInstanceOf(OpenAI.APIError);
      expect(problem).toMatchObject({ status, type: expect.any(String), requestID: expect.stringMatching(/^req_/) });
    }
  });

  test('hears of an error in mid-stream as an error, not as an end', async () => {
    const begun = await client().chat.completions.create(body({ model: 'claude/claude-breaks', stream: true }));
    const read = async (): Promise<void> => {
      for await (const _chunk of begun as unknown as AsyncIterable<unknown>);
    };
    await expect(read()).rejects.toBeInstanceOf(OpenAI.APIError);
  });

  test('leaves, and the vendor is left too', async () => {
    vendors.asked();
    const leaving = client().chat.completions.stream(body({ model: 'claude/claude-stalls' }));
    await new Promise<void>((resolve) => void leaving.once('content', () => resolve()));
    leaving.abort();
    await expect(leaving.done()).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    const [asked] = vendors.asked();
    for (let waited = 0; asked?.left() !== true && waited < 200; waited += 1) await Bun.sleep(10);
    expect(asked?.left()).toBeTrue();
  });

  test('streams without a usage frame that nobody asked for', async () => {
    const chunks: unknown[] = [];
    const begun = await client().chat.completions.create(body({ stream: true }));
    for await (const chunk of begun as unknown as AsyncIterable<unknown>) chunks.push(chunk);
    expect(chunks.filter((chunk) => isJsonObject(chunk) && (chunk['usage'] ?? null) !== null)).toEqual([]);
  });
});
