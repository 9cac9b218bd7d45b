import { expect, test } from 'bun:test';
import { askSandbox, at, framesOf, jsonOf } from '../../test/fakes/sandbox.ts';
import type { Json, JsonObject } from '../core/json.ts';

const messages = [{ role: 'user', content: 'one two 🌉' }];
const stream = async (changes: JsonObject = {}): Promise<readonly Json[]> =>
  framesOf(await askSandbox({ model: 'echo', messages, stream: true, ...changes }));
const chunk = (delta: Json, finish_reason: Json = null, index = 0): JsonObject => ({
  id: 'chatcmpl_1',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'sandbox/echo',
  system_fingerprint: 'sandbox',
  choices: [{ index, delta, logprobs: null, finish_reason }],
});
const role = { role: 'assistant', content: '', refusal: null };

test('a stream is a role, the words, an end and [DONE]', async () => {
  const answer = await askSandbox({ model: 'echo', messages, stream: true });
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(answer.headers.get('x-sandbox')).toBe('true');
  expect(await framesOf(answer)).toEqual([
    chunk(role),
    chunk({ content: 'one' }),
    chunk({ content: ' two' }),
    chunk({ content: ' 🌉' }),
    chunk({}, 'stop'),
    '[DONE]',
  ]);
});

test('usage comes last, if it is asked for, and is the same as of the whole answer', async () => {
  const frames = await stream({ stream_options: { include_usage: true } });
  const whole = await jsonOf(await askSandbox({ model: 'echo', messages }));
  expect(frames.slice(0, -2).every((frame) => at(frame, 'usage') === null)).toBeTrue();
  expect(frames.at(-2)).toEqual({ ...chunk({}), choices: [], usage: whole['usage'] ?? null });
  expect(
    (await stream({ stream_options: { include_usage: false } })).some((frame) => at(frame, 'usage') !== undefined),
  ).toBeFalse();
});

test('alternatives come in turn', async () => {
  const frames = await stream({ n: 2, max_tokens: 2 });
  expect(frames).toEqual([
    chunk(role),
    chunk(role, null, 1),
    chunk({ content: 'one' }),
    chunk({ content: 'one' }, null, 1),
    chunk({ content: ' two' }),
    chunk({ content: ' two' }, null, 1),
    chunk({}, 'length'),
    chunk({}, 'length', 1),
    '[DONE]',
  ]);
});

test('a tool call comes with its name first and its arguments in pieces', async () => {
  const parameters = {
    type: 'object',
    properties: { places: { type: 'array', items: { type: 'string', minLength: 20 }, minItems: 4 } },
    required: ['places'],
  };
  const tools = [{ type: 'function', function: { name: 'visit', parameters } }];
  const frames = await stream({ tools, tool_choice: 'required' });
  const calls = frames
    .map((frame) => at(frame, 'choices', 0, 'delta', 'tool_calls', 0))
    .filter((call) => call !== undefined);
  expect(calls[0]).toEqual({
    index: 0,
    id: expect.stringMatching(/^call_\d$/),
    type: 'function',
    function: { name: 'visit', arguments: '' },
  });
  expect(calls.length).toBeGreaterThan(4);
  const spelled = calls.map((call) => at(call, 'function', 'arguments')).join('');
  const whole = await jsonOf(await askSandbox({ model: 'echo', messages, tools, tool_choice: 'required' }));
  expect(spelled).toBe(String(at(whole, 'choices', 0, 'message', 'tool_calls', 0, 'function', 'arguments')));
  expect(at(frames.at(-2), 'choices', 0, 'finish_reason')).toBe('tool_calls');
});

test('custom tools and the older functions stream in their own spelling', async () => {
  const custom = await stream({ tools: [{ type: 'custom', custom: { name: 'note' } }], tool_choice: 'required' });
  expect(custom.slice(1, 3).map((frame) => at(frame, 'choices', 0, 'delta') ?? null)).toEqual([
    {
      tool_calls: [
        { index: 0, id: expect.stringMatching(/^call_\d$/), type: 'custom', custom: { name: 'note', input: '' } },
      ],
    },
    { tool_calls: [{ index: 0, custom: { input: 'one' } }] },
  ]);
  const older = await stream({ functions: [{ name: 'now' }], function_call: { name: 'now' } });
  expect(older.slice(1, 4).map((frame) => at(frame, 'choices', 0) ?? null)).toMatchObject([
    { delta: { function_call: { name: 'now', arguments: '' } } },
    { delta: { function_call: { arguments: '{}' } } },
    { delta: {}, finish_reason: 'function_call' },
  ]);
});

test('likelihoods come with their tokens', async () => {
  const frames = await stream({ logprobs: true });
  expect(frames.map((frame) => at(frame, 'choices', 0, 'logprobs', 'content', 0, 'token') ?? null)).toEqual([
    null,
    'one',
    ' two',
    ' 🌉',
    null,
    null,
  ]);
});

test('every frame is a piece of its own, read only when it is asked for', async () => {
  const source = (await askSandbox({ model: 'echo', messages, stream: true })).pieces();
  const pieces: string[] = [];
  for (let piece = await source.read(); piece !== undefined; piece = await source.read())
    pieces.push(new TextDecoder().decode(piece));
  expect(pieces).toHaveLength(6);
  expect(pieces.every((piece) => piece.startsWith('data: ') && piece.endsWith('\n\n'))).toBeTrue();
  expect(await source.read()).toBeUndefined();
});
