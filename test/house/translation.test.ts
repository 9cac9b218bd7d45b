import { afterEach, describe, expect, test } from 'bun:test';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { OutboundRequest } from '../../src/core/ports.ts';
import { anthropicSays } from './anthropic-said.ts';
import { askedOf, type FakeAnswer, goodAnswer } from './fake-upstream.ts';
import type { Asking } from './house.ts';
import { claudeSays, closeAll, lostOf, modes, question, scene, text, thinking, use } from './translating.ts';

afterEach(closeAll);

const atAnthropic = (headers: Asking['headers'] = {}): Asking => ({
  path: '/v1/messages',
  headers: { 'anthropic-version': '2023-06-01', ...headers },
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
