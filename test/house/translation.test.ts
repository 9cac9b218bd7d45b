import { afterEach, describe, expect, test } from 'bun:test';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { OutboundRequest } from '../../src/core/ports.ts';
import { anthropicSays, type Said } from './anthropic-said.ts';
import { askedOf, type FakeAnswer, type FakeUpstream, fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { type Asking, type TestHouse, testHouse } from './house.ts';
import { heardByOpenAI } from './openai-heard.ts';

/** Callers of one vendor's dialect at models of the other, through the whole house. */
const config = `
retry: { attempts: 1 }
providers:
  claude: { type: anthropic, base_url: "http://claude.invalid", api_key: claude-credential }
  other: { type: anthropic, base_url: "http://other.invalid", api_key: other-credential }
  up: { type: openai-compatible, base_url: "http://up.invalid/v1" }
  gpt: { type: openai, base_url: "http://gpt.invalid/v1", api_key: gpt-credential }
  local: { type: ollama, base_url: "http://local.invalid" }
models:
  either: { targets: [{ model: claude/claude-sonnet-4-5 }], fallback: [up/m] }
  claudes: { targets: [{ model: claude/claude-sonnet-4-5 }], fallback: [other/claude-haiku-4-5] }
`;
const modes = ['whole', 'stream'] as const;
const opened: TestHouse[] = [];
afterEach(async () => {
  for (const house of opened.splice(0)) await house.close();
});

interface Scene {
  readonly house: TestHouse;
  readonly upstream: FakeUpstream;
  /** What the last request to a provider said. */
  sent(): JsonObject;
}

async function scene(answer: (request: OutboundRequest) => FakeAnswer): Promise<Scene> {
  const upstream = fakeUpstream(answer);
  const fetchMedia = async () => ({ mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]) });
  const house = await testHouse({ http: upstream, config, fetchMedia });
  opened.push(house);
  return { house, upstream, sent: () => askedOf(upstream.sent.at(-1) as OutboundRequest) as JsonObject };
}

/** Claude says this, in turn; every other provider answers well. */
function claudeSays(...turns: readonly Said[]): (request: OutboundRequest) => FakeAnswer {
  let turn = 0;
  return (request) => {
    if (request.url.startsWith('http://other.invalid')) return anthropicSays(request, { content: [text('So.')] });
    if (!request.url.startsWith('http://claude.invalid')) return goodAnswer(request);
    const said = turns[Math.min(turn, turns.length - 1)] ?? { content: [] };
    turn += 1;
    return anthropicSays(request, said);
  };
}

const question = { role: 'user', content: 'Where is the bridge?' };
const look = {
  type: 'function',
  function: { name: 'look', parameters: { type: 'object', properties: { at: { type: 'string' } } } },
};
const thinking = { type: 'thinking', thinking: 'I should look it up.', signature: 'EqQBCkgI/+==' };
const redacted = { type: 'redacted_thinking', data: 'EmwKAhgB' };
const use = (id: string): JsonObject => ({ type: 'tool_use', id, name: 'look', input: { at: 'map' } });
const text = (said: string): JsonObject => ({ type: 'text', text: said });
const atAnthropic = (headers: Asking['headers'] = {}): Asking => ({
  path: '/v1/messages',
  headers: { 'anthropic-version': '2023-06-01', ...headers },
});
const lostOf = (response: Response): string | null => response.headers.get('x-trestle-lost');

describe.each(modes)('a caller of OpenAI at Claude, %s', (mode) => {
  const stream = mode === 'stream' ? { stream: true, stream_options: { include_usage: true } } : {};

  test('goes through three turns with tools and thoughts, which come back to Claude as it made them', async () => {
    const { house, sent } = await scene(
      claudeSays(
        { content: [thinking, redacted, text('I look.'), use('toolu_1'), use('toolu_2')], stop_reason: 'tool_use' },
        { content: [use('toolu_3')], stop_reason: 'tool_use' },
        { content: [text('By the river.')] },
      ),
    );
    const ask = async (messages: readonly Json[]) => {
      const body = { model: 'claude/claude-sonnet-4-5', tools: [look], reasoning_effort: 'low', ...stream };
      const response = await house.ask({ ...body, messages, max_completion_tokens: 9000 });
      expect({ status: response.status, lost: lostOf(response) }).toEqual({ status: 200, lost: null });
      return await heardByOpenAI(response);
    };
    const results = (message: JsonObject): readonly Json[] =>
      (message['tool_calls'] as { id: string }[]).map(({ id }) => ({
        role: 'tool',
        tool_call_id: id,
        content: 'here',
      }));

    const first = await ask([question]);
    expect(first).toEqual({
      message: {
        role: 'assistant',
        content: 'I look.',
        reasoning_content: 'I should look it up.',
        tool_calls: [
          {
            id: expect.stringMatching(/^toolu_1~tr1~[\w-]+$/),
            type: 'function',
            function: { name: 'look', arguments: '{"at":"map"}' },
          },
          { id: 'toolu_2', type: 'function', function: { name: 'look', arguments: '{"at":"map"}' } },
        ],
      },
      finish: 'tool_calls',
      usage: expect.objectContaining({ prompt_tokens: 27, completion_tokens: 30, total_tokens: 57 }),
    });
    expect(sent()).toMatchObject({
      max_tokens: 9000,
      thinking: { type: 'enabled', budget_tokens: 2048 },
      tools: [{ name: 'look', input_schema: look.function.parameters }],
    });

    const history = [question, first.message, ...results(first.message)];
    const second = await ask(history);
    const turn = { role: 'assistant', content: [thinking, redacted, text('I look.'), use('toolu_1'), use('toolu_2')] };
    const resultOf = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: 'here' });
    expect(sent()['messages']).toEqual([
      { role: 'user', content: question.content },
      turn,
      { role: 'user', content: [resultOf('toolu_1'), resultOf('toolu_2')] },
    ]);
    expect(sent()['thinking']).toEqual({ type: 'enabled', budget_tokens: 2048 });
    expect(second.message['tool_calls']).toMatchObject([{ id: 'toolu_3' }]);

    const third = await ask([...history, second.message, ...results(second.message)]);
    expect(sent()['messages']).toEqual([
      { role: 'user', content: question.content },
      turn,
      { role: 'user', content: [resultOf('toolu_1'), resultOf('toolu_2')] },
      { role: 'assistant', content: [use('toolu_3')] },
      { role: 'user', content: [resultOf('toolu_3')] },
    ]);
    expect(third).toMatchObject({ message: { content: 'By the river.' }, finish: 'stop' });
  });

  test('who goes to another model takes no thoughts along: that is said at its own place, and ids are clean', async () => {
    const { house, sent } = await scene(claudeSays({ content: [thinking, use('toolu_1')], stop_reason: 'tool_use' }));
    const first = await heardByOpenAI(
      await house.ask({ model: 'claude/claude-sonnet-4-5', messages: [question], tools: [look], ...stream }),
    );
    const [call] = first.message['tool_calls'] as { id: string }[];
    const messages = [question, first.message, { role: 'tool', tool_call_id: call?.id ?? '', content: 'here' }];
    const same = await house.ask({ model: 'up/m', messages, tools: [look], ...stream });
    expect(lostOf(same)).toBe('"messages[1].tool_calls[0].id";why="other-model"');
    expect(sent()['messages']).toMatchObject([
      question,
      { role: 'assistant', tool_calls: [{ id: 'toolu_1' }] },
      { role: 'tool', tool_call_id: 'toolu_1', content: 'here' },
    ]);
    const other = await house.ask({ model: 'other/claude-haiku-4-5', messages, tools: [look], ...stream });
    expect(lostOf(other)).toContain('"messages[1].tool_calls[0].id";why="other-model"');
    expect(sent()['messages']).toMatchObject([
      {},
      { content: [use('toolu_1')] },
      { content: [{ tool_use_id: 'toolu_1' }] },
    ]);
  });

  test('whose running loop has no sealed thought is answered without thinking, and told', async () => {
    const { house, sent } = await scene(claudeSays({ content: [text('So.')] }));
    const called = {
      role: 'assistant',
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'look', arguments: '{}' } }],
    };
    const messages = [question, called, { role: 'tool', tool_call_id: 'a', content: 'here' }];
    const body = { model: 'claude/claude-sonnet-4-5', messages, tools: [look], reasoning_effort: 'high', ...stream };
    const response = await house.ask(body);
    await response.text();
    expect(lostOf(response)).toBe('"reasoning_effort";why="no-signature"');
    expect(sent()['thinking']).toBeUndefined();
  });

  test('has its form of output by a tool where the model knows none, and is told how', async () => {
    const schema = { type: 'object', properties: { where: { type: 'string' } } };
    const answered = { type: 'tool_use', id: 'toolu_1', name: 'place', input: { where: 'river' } };
    const { house, sent } = await scene(claudeSays({ content: [answered], stop_reason: 'tool_use' }));
    const response_format = { type: 'json_schema', json_schema: { name: 'place', schema } };
    const response = await house.ask({
      model: 'claude/claude-3-5-haiku-20241022',
      messages: [question],
      response_format,
      ...stream,
    });
    expect({
      emulated: response.headers.get('x-trestle-emulated'),
      limit: response.headers.get('x-trestle-max-tokens'),
      lost: lostOf(response),
    }).toEqual({ emulated: '"response_format";how="forced-tool"', limit: '8192', lost: null });
    expect(sent()).toMatchObject({
      max_tokens: 8192,
      tools: [{ name: 'place', input_schema: schema }],
      tool_choice: { type: 'tool', name: 'place', disable_parallel_tool_use: true },
    });
    expect(await heardByOpenAI(response)).toMatchObject({
      message: { role: 'assistant', content: '{"where":"river"}' },
      finish: 'stop',
    });
  });

  test('has its schema closed where the model is held to it, and is told how', async () => {
    const { house, sent } = await scene(claudeSays({ content: [text('{"where":"river"}')] }));
    const schema = { type: 'object', properties: { where: { type: 'string', maxLength: 9 } } };
    const response_format = { type: 'json_schema', json_schema: { name: 'place', schema } };
    const body = { model: 'claude/claude-sonnet-4-5', messages: [question], response_format, ...stream };
    const response = await house.ask(body);
    expect(await heardByOpenAI(response)).toMatchObject({ message: { content: '{"where":"river"}' } });
    const path = '"response_format.json_schema.schema"';
    expect(response.headers.get('x-trestle-emulated')).toBe(`${path};how="closed-schema", ${path};how="looser-schema"`);
    expect(sent()['output_config']).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: { where: { type: 'string', description: '{maxLength: 9}' } },
          additionalProperties: false,
        },
      },
    });
  });

  test('cannot make a model call a tool that nobody can make to, and is told', async () => {
    const { house, sent } = await scene(claudeSays({ content: [text('So.')] }));
    const body = { model: 'claude/claude-opus-5-5', messages: [question], tools: [look], tool_choice: 'required' };
    const response = await house.ask({ ...body, ...stream });
    await response.text();
    expect(lostOf(response)).toBe('"tool_choice";why="no-forced-choice"');
    expect(sent()['tool_choice']).toEqual({ type: 'auto' });
  });

  test('who speaks of a choice of tools but offers none has that left out, and is told', async () => {
    const { house, sent } = await scene(claudeSays({ content: [text('So.')] }));
    const body = { model: 'claude/claude-sonnet-4-5', messages: [question], tool_choice: 'auto', ...stream };
    const response = await house.ask(body);
    await response.text();
    expect(lostOf(response)).toBe('"tool_choice";why="no-tools"');
    expect(sent()).not.toHaveProperty('tool_choice');
  });

  test('is told usage in a stream only if it asked, and it is in the books all the same', async () => {
    const { house } = await scene(claudeSays({ content: [text('So.')] }));
    const response = await house.ask({
      model: 'claude/claude-sonnet-4-5',
      messages: [question],
      ...(mode === 'stream' && { stream: true }),
    });
    const { usage } = await heardByOpenAI(response);
    expect(usage === undefined).toBe(mode === 'stream');
    expect(await house.records()).toMatchObject([
      {
        basis: 'reported',
        usage: { tokens: { input: 20, cachedInput: 5, cacheWrite: 2, output: 30 } },
        upstreamRequestId: 'up_1',
      },
    ]);
  });

  test('cannot be told which sequence stopped the answer, and the record says so', async () => {
    const { house } = await scene(
      claudeSays({ content: [text('So')], stop_reason: 'stop_sequence', stop_sequence: 'END' }),
    );
    const response = await house.ask({
      model: 'claude/claude-sonnet-4-5',
      messages: [question],
      stop: 'END',
      ...stream,
    });
    const { finish } = await heardByOpenAI(response);
    expect({ finish, lost: lostOf(response) }).toEqual({ finish: 'stop', lost: null });
    const [record] = await house.records();
    expect(record?.lost.map(({ path }) => path)).toContainEqual(expect.stringMatching(/^answer\..*stop_sequence/));
  });
});

describe.each(modes)('a caller of Anthropic at a model of another vendor, %s', (mode) => {
  const stream = mode === 'stream' ? { stream: true } : {};
  const ask = { model: 'up/m', max_tokens: 100, messages: [{ role: 'user', content: 'Where?' }], ...stream };

  const reasoning = (request: OutboundRequest): FakeAnswer => {
    const calls = [{ index: 0, id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":"map"}' } }];
    const said = { role: 'assistant', reasoning_content: 'Hm, a map.', content: null, tool_calls: calls };
    const head = { id: 'c1', created: 1, model: 'm' };
    if (askedOf(request)['stream'] !== true) {
      const choices = [{ index: 0, message: said, finish_reason: 'tool_calls' }];
      return { headers: { 'content-type': 'application/json' }, pieces: [JSON.stringify({ ...head, choices })] };
    }
    const chunk = (delta: object, finish: string | null = null): string =>
      `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
    const { content: _, tool_calls: __, reasoning_content: ___, ...start } = said;
    return {
      headers: { 'content-type': 'text/event-stream' },
      pieces: [
        chunk(start),
        chunk({ reasoning_content: 'Hm, ' }),
        chunk({ reasoning_content: 'a map.' }),
        chunk({ tool_calls: calls }),
        chunk({}, 'tool_calls'),
        'data: [DONE]\n\n',
      ],
    };
  };

  test('has its thoughts sealed, and hands them back to the model that made them alone', async () => {
    const { house, sent } = await scene((request) =>
      request.url.startsWith('http://up.invalid')
        ? reasoning(request)
        : anthropicSays(request, { content: [text('So.')] }),
    );
    const content = await heardByAnthropic(await house.ask(ask, atAnthropic()));
    expect(content).toEqual([
      { type: 'thinking', thinking: 'Hm, a map.', signature: expect.stringMatching(/^~tr1~[\w-]+$/) },
      { type: 'tool_use', id: 'call_1', name: 'look', input: { at: 'map' } },
    ]);
    const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: 'here' }] };
    const messages = [...ask.messages, { role: 'assistant', content }, result] as Json;
    const tools = [{ name: 'look', input_schema: { type: 'object' } }];
    const back = await house.ask({ ...ask, messages, tools }, atAnthropic());
    await back.text();
    expect(lostOf(back)).toBeNull();
    expect((sent()['messages'] as Json[])[1]).toMatchObject({
      role: 'assistant',
      reasoning_content: 'Hm, a map.',
      tool_calls: [{ id: 'call_1', function: { name: 'look', arguments: '{"at":"map"}' } }],
    });
    const claude = await house.ask({ ...ask, model: 'claude/claude-sonnet-4-5', messages, tools }, atAnthropic());
    await claude.text();
    expect(lostOf(claude)).toBe('"messages[1].content[0]";why="other-model"');
    expect((sent()['messages'] as Json[])[1]).toEqual({ role: 'assistant', content: [content[1]] } as never);
  });

  test('keeps the seals of its own vendor there, and loses them elsewhere at their own places', async () => {
    const { house, sent, upstream } = await scene(claudeSays({ content: [text('So.')] }));
    const messages = [
      { role: 'user', content: 'Where?' },
      { role: 'assistant', content: [thinking, text('Here.')] },
      { role: 'user', content: 'Sure?' },
    ];
    const body = { ...ask, model: 'claude/claude-sonnet-4-5', system: 'Be brief.', messages };
    await (await house.ask(body, atAnthropic())).text();
    expect(sent()).toEqual({ ...body, model: 'claude-sonnet-4-5' } as never);
    expect(upstream.sent.at(-1)?.headers).toMatchObject({ 'anthropic-version': '2023-06-01' });
    const elsewhere = await house.ask({ ...body, model: 'up/m' }, atAnthropic());
    await elsewhere.text();
    expect(lostOf(elsewhere)).toBe('"messages[1].content[0]";why="other-model"');
    expect(JSON.stringify(sent())).not.toContain('I should look it up');
  });

  test('has thoughts without a seal and long ids told in a form that OpenAI takes', async () => {
    const { house, sent } = await scene(goodAnswer);
    const id = `toolu_${'0123456789'.repeat(6)}`;
    const thought = { type: 'thinking', thinking: 'Hm.' };
    const messages = [
      ...ask.messages,
      { role: 'assistant', content: [thought, text('I look.'), use(id)] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'here' }] },
    ];
    const tools = [{ name: 'look', input_schema: { type: 'object' }, strict: true }];
    const response = await house.ask({ ...ask, model: 'gpt/gpt-5.6-luna', messages, tools }, atAnthropic());
    await response.text();
    expect(lostOf(response)).toBe('"messages[1].content[0]";why="unsupported", "tools[0].strict";why="open-schema"');
    expect(response.headers.get('x-trestle-emulated')).toBe('"tools";how="no-reasoning"');
    const [, turn, result] = sent()['messages'] as [JsonObject, JsonObject, JsonObject];
    const short = String(result['tool_call_id']);
    expect(short).toMatch(/^toolu_012345678901234567890123_[a-z0-9]{9}$/);
    expect(turn).toMatchObject({ role: 'assistant', content: 'I look.', tool_calls: [{ id: short }] });
    expect(turn).not.toHaveProperty('reasoning_content');
    expect(sent()['reasoning_effort']).toBe('none');
  });

  test('is told an error in the middle of a stream, or in place of an answer, in its own words', async () => {
    const failing = { error: { message: 'overheated', type: 'server_error' } };
    const { house } = await scene((request) => {
      const { pieces, ...head } = goodAnswer(request);
      if (mode === 'whole') return { ...head, pieces: [JSON.stringify(failing)] };
      return { ...head, pieces: [...pieces.slice(0, 2), `data: ${JSON.stringify(failing)}\n\n`] };
    });
    const response = await house.ask(ask, atAnthropic());
    const said = await response.text();
    expect(response.status).toBe(mode === 'whole' ? 502 : 200);
    const error =
      mode === 'whole' ? said : said.slice(said.indexOf('event: error')).replace(/^event: error\ndata: /, '');
    expect(JSON.parse(error)).toMatchObject({ type: 'error', error: { type: 'api_error' } });
    expect(said).not.toContain('message_stop');
    expect(await house.records()).toMatchObject([{ outcome: 'failed', failure: 'provider-failed' }]);
  });

  test('has media fetched for a provider that takes only bytes, and is told', async () => {
    const { house, sent } = await scene((request) => anthropicSays(request, { content: [text('A bridge.')] }));
    const image = { type: 'image', source: { type: 'url', url: 'https://pictures.example/bridge.png' } };
    const messages = [{ role: 'user', content: [text('What is it?'), image] }];
    const response = await house.ask({ ...ask, model: 'local/qwen3', messages }, atAnthropic());
    await response.text();
    expect(response.headers.get('x-trestle-emulated')).toBe('"messages[0].content[1]";how="fetched"');
    expect((sent()['messages'] as Json[])[0]).toEqual({
      role: 'user',
      content: [
        text('What is it?'),
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AQID' } },
      ],
    } as never);
  });
});

/** The content that Anthropic's client puts together. */
async function heardByAnthropic(response: Response): Promise<JsonObject[]> {
  const said = await response.text();
  if (response.headers.get('content-type') === 'application/json') return JSON.parse(said).content;
  const blocks: Record<string, Json>[] = [];
  for (const line of said.split('\n').filter((one) => one.startsWith('data: '))) {
    const { type, index, content_block: block, delta } = JSON.parse(line.slice(6));
    if (type === 'content_block_start') blocks[index] = { ...block, json: '' };
    const open = blocks[index];
    if (type !== 'content_block_delta' || open === undefined) continue;
    if (delta.type === 'thinking_delta') open['thinking'] = String(open['thinking']) + delta.thinking;
    if (delta.type === 'text_delta') open['text'] = String(open['text']) + delta.text;
    if (delta.type === 'signature_delta') open['signature'] = delta.signature;
    if (delta.type === 'input_json_delta') open['json'] = String(open['json']) + delta.partial_json;
  }
  return blocks.map(({ json, ...block }) =>
    block['type'] === 'tool_use' ? { ...block, input: JSON.parse(String(json)) } : block,
  );
}

describe('a strict caller', () => {
  const strict = { 'x-trestle-strict': 'true' };
  const lossy = { messages: [question], logit_bias: { '1': 1 }, n: 1 };

  test('is led to the first target that loses nothing', async () => {
    const { house } = await scene(claudeSays({ content: [text('So.')] }));
    const response = await house.ask({ model: 'either', ...lossy }, { headers: strict });
    await response.text();
    expect({ provider: response.headers.get('x-trestle-provider'), lost: lostOf(response) }).toEqual({
      provider: 'up',
      lost: null,
    });
    expect(await house.records()).toMatchObject([{ provider: 'up', attempts: 1, lost: [] }]);
  });

  test('is refused where every target loses something, with what the first would have lost', async () => {
    const { house, upstream } = await scene(claudeSays({ content: [text('So.')] }));
    const response = await house.ask({ model: 'claudes', ...lossy }, { headers: strict });
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 400,
      body: {
        error: {
          message:
            'claude cannot be told: logit_bias (unsupported). Take it out, choose another model, or call without x-trestle-strict.',
          type: 'invalid_request_error',
          param: 'logit_bias',
          code: 'request_lossy',
        },
      },
    });
    expect(upstream.sent).toBeEmpty();
    expect(await house.records()).toMatchObject([{ outcome: 'refused', failure: 'request-lossy', attempts: 0 }]);
  });

  test('of Anthropic is told the places in its own request', async () => {
    const { house } = await scene(goodAnswer);
    const searched = { type: 'search_result', source: 's', title: 't', content: [text('x')] };
    const messages = [{ role: 'user', content: [text('Hi'), searched] }];
    const body = { model: 'up/m', max_tokens: 9, system: 'Be brief.', messages, container: 'c1' };
    const response = await house.ask(body, atAnthropic(strict));
    const { error } = (await response.json()) as { error: { type: string; message: string } };
    expect({ status: response.status, type: error.type }).toEqual({ status: 400, type: 'invalid_request_error' });
    expect(error.message).toContain('messages[0].content[1] (only-anthropic-messages)');
    expect(error.message).toContain('container (unsupported)');
  });
});

describe('a result of a tool without its call', () => {
  test('is refused before anything is sent, at its place in the words of OpenAI', async () => {
    const { house, upstream } = await scene(goodAnswer);
    const messages = [question, { role: 'tool', tool_call_id: 'nobody', content: 'x' }];
    const response = await house.ask({ model: 'claude/claude-sonnet-4-5', messages });
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 400,
      body: { error: { type: 'invalid_request_error', param: 'messages[1].tool_call_id' } },
    });
    expect(upstream.sent).toBeEmpty();
  });

  test('is refused at its place in the words of Anthropic', async () => {
    const { house, upstream } = await scene(goodAnswer);
    const result = { type: 'tool_result', tool_use_id: 'nobody', content: 'x' };
    const body = { model: 'up/m', max_tokens: 9, messages: [{ role: 'user', content: [text('see'), result] }] };
    const response = await house.ask(body, atAnthropic());
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('messages[0].content[1].tool_use_id');
    expect(upstream.sent).toBeEmpty();
  });
});

test.each(modes)('an answer that cannot be translated is asked for elsewhere, %s', async (mode) => {
  const { house } = await scene((request) => {
    if (!request.url.startsWith('http://claude.invalid')) return goodAnswer(request);
    const type = mode === 'stream' ? 'text/event-stream' : 'application/json';
    const broken = mode === 'stream' ? 'event: message_start\ndata: {{\n\n' : '{"type":"message","content":"x"}';
    return { headers: { 'content-type': type }, pieces: [broken] };
  });
  const body = { model: 'either', messages: [question], ...(mode === 'stream' && { stream: true }) };
  const response = await house.ask(body);
  expect({ status: response.status, provider: response.headers.get('x-trestle-provider') }).toEqual({
    status: 200,
    provider: 'up',
  });
  await response.text();
});
