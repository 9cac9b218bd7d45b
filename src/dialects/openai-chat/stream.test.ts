import { describe, expect, test } from 'bun:test';
import type { ChatEvent } from '../../core/chat.ts';
import { Failure } from '../../core/failure.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Loss } from '../../core/loss.ts';
import type { Frame } from '../sse.ts';
import { stream } from './stream.ts';

const head = { id: 'c', model: 'm', createdAt: 1_790_000_000_000 };
const start: ChatEvent = { type: 'response-start', ...head };
const wireHead = { id: 'c', model: 'm', created: 1_790_000_000, object: 'chat.completion.chunk' };

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
      chunk({ tool_calls: [{ index: 0, id: 't', type: 'function', function: { name: 'f' } }] }),
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

  test('that have no words here are lost aloud', () => {
    const lost: Loss[] = [];
    const encoder = stream.encoder((loss) => void lost.push(loss));
    encoder.push({ type: 'text-delta', choice: 0, text: 'a', signature: 's' });
    encoder.push(foreign({ type: 'opaque', dialect: 'other', wire: {} }));
    expect(lost).toEqual([
      { path: 'stream.signature', why: 'unsupported' },
      { path: 'stream', why: 'only-other' },
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

describe('a stream that stops', () => {
  const begun = { data: JSON.stringify(chunk({ role: 'assistant', content: 'a' })) };
  const finished = { data: JSON.stringify(chunk({}, 'stop')) };

  test('before the answer was whole is an error', () => {
    const decoder = stream.decoder();
    decoder.push(begun);
    expect(decoder.end()).toEqual([{ type: 'error', failure: expect.any(Failure) }]);
  });

  test('without an end mark, after all choices have said why, is whole', () => {
    const decoder = stream.decoder();
    decoder.push(begun);
    decoder.push(finished);
    expect(decoder.end()).toEqual([{ type: 'response-end' }]);
  });

  test('after its end mark says nothing more', () => {
    const decoder = stream.decoder();
    decoder.push(begun);
    expect([...decoder.push({ data: '[DONE]' }), ...decoder.push(begun), ...decoder.end()]).toEqual([
      { type: 'response-end' },
    ]);
  });

  test('with an error says so once', () => {
    const decoder = stream.decoder();
    const events = decoder.push({ data: '{"error":{"message":"Overloaded","type":"overloaded_error"}}' });
    expect([...events, ...decoder.end()]).toEqual([
      {
        type: 'error',
        failure: expect.objectContaining({ kind: 'provider-overloaded' }),
        raw: { dialect: 'openai-chat', wire: { error: { message: 'Overloaded', type: 'overloaded_error' } } },
      },
    ]);
  });

  test('over our account does not tell the caller the provider’s words about it', () => {
    const frame = {
      data: '{"error":{"message":"Incorrect API key: abc","code":"invalid_api_key","type":"authentication_error"}}',
    };
    expect(JSON.stringify(spelled(decoded([frame])))).not.toContain('abc');
  });
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

function decoded(frames: readonly Frame[]): readonly ChatEvent[] {
  const decoder = stream.decoder();
  return frames.flatMap((frame) => decoder.push(frame));
}

function spelled(events: readonly ChatEvent[]): readonly unknown[] {
  const encoder = stream.encoder((loss) => {
    throw new Error(`lost ${JSON.stringify(loss)}`);
  });
  const frames = [...events.flatMap((event) => encoder.push(event)), ...encoder.end()];
  return frames.map(({ comment, data = '' }) => {
    if (comment !== undefined) return `:${comment}`;
    return data === '[DONE]' ? data : JSON.parse(data);
  });
}

function chunk(delta: object, finish: string | null = null) {
  return { ...wireHead, choices: [{ index: 0, delta, finish_reason: finish }] };
}

/** An event as only a dialect could make it that is not there yet. */
function foreign(event: unknown): ChatEvent {
  return event as ChatEvent;
}
