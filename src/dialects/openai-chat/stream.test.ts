import { describe, expect, test } from 'bun:test';
import { chunk, decoded, spelled, wireHead } from '../../../test/rooms/openai-streamed.ts';
import type { ChatEvent } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Loss } from '../../core/loss.ts';
import { stream } from './stream.ts';

const head = { id: 'c', model: 'm', createdAt: 1_790_000_000_000 };

const start: ChatEvent = { type: 'response-start', ...head };

describe('events of another dialect', () => {
  test('become the chunks that OpenAI would send', () => {
    const events: readonly ChatEvent[] = [
      start,
      { type: 'message-start', choice: 0 },
      { type: 'part-start', choice: 0, part: 0, kind: 'text' },
      { type: 'text-delta', choice: 0, part: 0, text: 'Hi' },
      { type: 'part-end', choice: 0, part: 0 },
      { type: 'tool-call-start', choice: 0, part: 1, call: 0, kind: 'function', id: 't', name: 'f' },
      { type: 'tool-call-delta', choice: 0, part: 1, call: 0, text: '{}' },
      { type: 'finish', choice: 0, finish: { reason: 'tool-calls' } },
      { type: 'usage', usage: { counted: { tokens: { input: 3, cachedInput: 4, output: 5, reasoning: 6 } } } },
      { type: 'keep-alive' },
      { type: 'response-end' },
    ];
    expect(spelled(events)).toEqual([
      chunk({ role: 'assistant' }),
      chunk({ content: 'Hi' }),
      chunk({ tool_calls: [{ index: 0, id: 't', type: 'function', function: { name: 'f', arguments: '' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] }),
      chunk({}, 'tool_calls'),
      {
        ...wireHead,
        choices: [],
        usage: {
          prompt_tokens: 7,
          completion_tokens: 11,
          total_tokens: 18,
          prompt_tokens_details: { cached_tokens: 4 },
          completion_tokens_details: { reasoning_tokens: 6 },
        },
      },
      ': keep-alive',
      '[DONE]',
    ]);
  });

  test('tell usage once, in a chunk of its own, although their frames do not', () => {
    const counted = { tokens: { input: 3, output: 1 } };
    const events: readonly ChatEvent[] = [
      { ...start, more: true },
      { type: 'message-start', choice: 0, more: true },
      { type: 'usage', usage: { counted }, soFar: true },
      { type: 'text-delta', choice: 0, part: 0, text: 'Hi' },
      { type: 'finish', choice: 0, finish: { reason: 'stop' }, more: true },
      { type: 'usage', usage: { counted } },
      { type: 'response-end' },
    ];
    expect(spelled(events)).toEqual([
      chunk({ role: 'assistant' }),
      chunk({ content: 'Hi' }),
      chunk({}, 'stop'),
      { ...wireHead, choices: [], usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 } },
      '[DONE]',
    ]);
  });

  test('give a call without arguments empty ones, as soon as it is over', () => {
    const call = (number: number): readonly ChatEvent[] => [
      { type: 'part-start', choice: 0, part: number, kind: 'tool-call' },
      { type: 'tool-call-start', choice: 0, part: number, call: number, kind: 'function', id: `t${number}`, name: 'f' },
    ];
    const events: readonly ChatEvent[] = [
      start,
      ...call(0),
      { type: 'tool-call-delta', choice: 0, part: 0, call: 0, text: '' },
      { type: 'part-end', choice: 0, part: 0 },
      ...call(1),
      { type: 'tool-call-delta', choice: 0, part: 1, call: 1, text: '{"a":1}' },
      { type: 'part-end', choice: 0, part: 1 },
    ];
    const item = (index: number, text: string) => chunk({ tool_calls: [{ index, function: { arguments: text } }] });
    const begun = (index: number) =>
      chunk({ tool_calls: [{ index, id: `t${index}`, type: 'function', function: { name: 'f', arguments: '' } }] });
    expect(spelled(events)).toEqual([begun(0), item(0, ''), item(0, '{}'), begun(1), item(1, '{"a":1}')]);
  });

  test('that begin with nothing still have what every chunk has', () => {
    expect(spelled([{ type: 'text-delta', choice: 0, text: 'a' }])).toEqual([
      { ...chunk({ content: 'a' }), id: '', model: '', created: 0 },
    ]);
    expect(
      spelled([
        { type: 'response-start', id: 'm' },
        { type: 'text-delta', choice: 1, text: 'a' },
      ]),
    ).toEqual([
      {
        ...wireHead,
        id: 'm',
        model: '',
        created: 0,
        choices: [{ index: 1, delta: { content: 'a' }, finish_reason: null }],
      },
    ]);
  });

  test('that have no words here are lost aloud, and each kind of them once', () => {
    const lost: Loss[] = [];
    const encoder = stream.encoder((loss) => void lost.push(loss));
    const extras = { 'anthropic-messages': { stop_sequence: 'x', stop_details: null } };
    for (const _ of ['once', 'again']) {
      encoder.push({ type: 'text-delta', choice: 0, part: 2, text: 'a', signature: 's' });
      encoder.push({ type: 'opaque', dialect: 'anthropic-messages', wire: {}, choice: 1 });
      encoder.push({ type: 'opaque', dialect: 'anthropic-messages', wire: {} });
      encoder.push({ type: 'finish', choice: 0, finish: { reason: 'stop' }, extras });
    }
    expect(lost).toEqual([
      { path: 'choices[0].message.parts[2].signature', why: 'unsupported' },
      { path: 'choices[1].message', why: 'only-anthropic-messages' },
      { path: 'stream', why: 'only-anthropic-messages' },
      { path: 'choices[0].stop_sequence', why: 'unsupported' },
    ]);
  });
});

describe('edited events', () => {
  const wire = {
    ...wireHead,
    choices: [{ index: 0, delta: { reasoning_content: 'r', content: 'secret' }, finish_reason: null }],
  };

  test('go out as they were edited', () => {
    const events = decoded([{ data: JSON.stringify(wire) }]).map((event) =>
      event.type === 'text-delta' ? { ...event, text: '***' } : event,
    );
    expect(spelled(events)).toEqual([chunk({ role: undefined, reasoning_content: 'r', content: '***' })]);
  });

  test('may be left out, the last of a frame too', () => {
    const events = decoded([{ data: JSON.stringify(wire) }, { data: JSON.stringify(wire) }]);
    expect(spelled(events.filter(({ type }) => type !== 'text-delta'))).toEqual([
      chunk({ reasoning_content: 'r' }),
      chunk({ reasoning_content: 'r' }),
    ]);
  });
});

test('the head of an answer is told at its start, and again only when it has changed', () => {
  const heads = [wireHead, wireHead, { ...wireHead, model: 'n' }, { ...wireHead, model: 'n' }];
  const events = decoded(
    heads.map((one) => ({ data: JSON.stringify({ ...one, choices: [{ index: 0, delta: { content: 'a' } }] }) })),
  );
  expect(events.filter(({ type }) => type.startsWith('response-'))).toEqual([
    { ...start, more: true },
    { type: 'response-change', ...head, model: 'n', more: true },
  ]);
});

test('names, numbers and padding come back, and are nothing that another dialect could lose', () => {
  const detail = { type: 'reasoning.text', text: 'Hm.', index: 0 };
  const wire = {
    ...chunk({ role: 'assistant', content: 'a', reasoning_details: [detail] }),
    ...{ system_fingerprint: 'fp_1', obfuscation: 'x', p: 'xy', x_groq: { id: 'req_1' } },
  };
  const events = decoded([{ data: JSON.stringify(wire) }]);
  expect(events.filter(({ extras }) => extras !== undefined)).toEqual([]);
  expect(spelled(events)).toEqual([wire]);
});

test('an empty refusal, tier or reason to end says nothing', () => {
  const wire = { ...chunk({ role: 'assistant', content: 'a', refusal: '' }, ''), service_tier: '' };
  const events = decoded([{ data: JSON.stringify(wire) }]);
  expect(events.map(({ type }) => type)).toEqual(['response-start', 'message-start', 'text-delta']);
  expect(events[0]).not.toHaveProperty('serviceTier');
  expect(spelled(events)).toEqual([wire]);
});

describe('tool calls', () => {
  test('under one index with ids of their own are calls of their own', () => {
    const item = (id: string): JsonObject => ({ index: 0, id, function: { name: 'f', arguments: id } });
    const events = decoded([
      { data: JSON.stringify(chunk({ role: 'assistant', tool_calls: [item('a'), item('b')] })) },
    ]);
    expect(events.flatMap((event) => (event.type === 'tool-call-delta' ? [[event.call, event.text]] : []))).toEqual([
      [0, 'a'],
      [1, 'b'],
    ]);
  });
});

test('arguments sent as an object keep the digits of their numbers', () => {
  const data =
    '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":{"n":12345678901234567890}}}]}}]}';
  const events = decoded([{ data }]);
  expect(events.flatMap((event) => (event.type === 'tool-call-delta' ? [event.text] : []))).toEqual([
    '{"n":12345678901234567890}',
  ]);
  const encoder = stream.encoder(() => {});
  const [frame] = events.flatMap((event) => encoder.push(event));
  expect(frame?.data).toContain('"arguments":{"n":12345678901234567890}');
});
