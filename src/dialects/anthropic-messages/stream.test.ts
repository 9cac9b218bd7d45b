import { describe, expect, test } from 'bun:test';
import type { ChatEvent } from '../../core/chat.ts';
import { Failure } from '../../core/failure.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Loss } from '../../core/loss.ts';
import type { Frame } from '../sse.ts';
import { stream } from './stream.ts';

const frame = (wire: JsonObject): Frame => ({ event: String(wire['type']), data: JSON.stringify(wire) });

function heard(...wires: readonly JsonObject[]): readonly ChatEvent[] {
  const decoder = stream.decoder();
  return wires.flatMap((wire) => decoder.push(frame(wire)));
}

/** What is said of events, the start of the message apart. */
function said(...events: readonly ChatEvent[]): { readonly wires: readonly unknown[]; readonly lost: readonly Loss[] } {
  const lost: Loss[] = [];
  const encoder = stream.encoder((loss) => lost.push(loss));
  const frames = [{ type: 'response-start', id: 'c', model: 'm' } as const, ...events].flatMap((event) =>
    encoder.push(event),
  );
  const wires = frames.map(({ event, data = '' }) => {
    expect(JSON.parse(data).type).toBe(event);
    return JSON.parse(data);
  });
  return { wires: wires.filter(({ type }) => type !== 'message_start'), lost };
}

const text = (words: string): ChatEvent => ({ type: 'text-delta', choice: 0, text: words });
const call = (number: number, name: string): ChatEvent => ({
  ...{ type: 'tool-call-start', choice: 0, call: number, kind: 'function', id: `call_${name}`, name },
});
const more = (number: number, json: string): ChatEvent => ({
  type: 'tool-call-delta',
  choice: 0,
  call: number,
  text: json,
});
const stop: ChatEvent = { type: 'finish', choice: 0, finish: { reason: 'stop' } };
const end: ChatEvent = { type: 'response-end' };

const started = (index: number, block: JsonObject): JsonObject => ({
  type: 'content_block_start',
  index,
  content_block: block,
});
const delta = (index: number, said_: JsonObject): JsonObject => ({ type: 'content_block_delta', index, delta: said_ });
const stopped = (index: number): JsonObject => ({ type: 'content_block_stop', index });
const tool = (name: string): JsonObject => ({ type: 'tool_use', id: `call_${name}`, name, input: {} });
const json = (index: number, partial: string): JsonObject =>
  delta(index, { type: 'input_json_delta', partial_json: partial });
const words = (index: number, one: string): JsonObject => delta(index, { type: 'text_delta', text: one });
const noUsage = { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 };
const closed = (reason: string, usage: JsonObject = noUsage): readonly JsonObject[] => [
  { type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage },
  { type: 'message_stop' },
];

describe('a stream of messages is heard', () => {
  test('as numbered parts that begin, go on and end', () => {
    const usage = { input_tokens: 5, output_tokens: 1, service_tier: 'standard' };
    const events = heard(
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage,
        },
      },
      started(0, { type: 'text', text: '' }),
      { type: 'ping' },
      words(0, 'Hi'),
      stopped(0),
      started(1, { ...tool('f'), caller: { type: 'direct' } }),
      json(1, '{}'),
      stopped(1),
      { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 9 } },
      { type: 'message_stop' },
    );
    const own = { 'anthropic-messages': { parts: 'blocks' } };
    expect(events).toEqual([
      { type: 'response-start', id: 'msg_1', model: 'm', serviceTier: 'default', more: true, spelling: own },
      { type: 'message-start', choice: 0, more: true },
      {
        type: 'usage',
        usage: { counted: { tokens: { input: 5, output: 1 } }, raw: { dialect: 'anthropic-messages', wire: usage } },
        soFar: true,
      },
      { type: 'part-start', choice: 0, part: 0, kind: 'text' },
      { type: 'keep-alive' },
      { type: 'text-delta', choice: 0, part: 0, text: 'Hi' },
      { type: 'part-end', choice: 0, part: 0 },
      { type: 'part-start', choice: 0, part: 1, kind: 'tool-call', more: true },
      {
        ...{ type: 'tool-call-start', choice: 0, part: 1, call: 0, kind: 'function', id: 'call_f', name: 'f' },
        extras: { 'anthropic-messages': { caller: { type: 'direct' } } },
      },
      { type: 'tool-call-delta', choice: 0, part: 1, call: 0, text: '{}' },
      { type: 'part-end', choice: 0, part: 1 },
      {
        type: 'finish',
        choice: 0,
        finish: { reason: 'tool-calls', raw: { dialect: 'anthropic-messages', wire: 'tool_use' } },
        more: true,
      },
      {
        type: 'usage',
        usage: {
          counted: { tokens: { input: 5, output: 9 } },
          raw: { dialect: 'anthropic-messages', wire: { output_tokens: 9 } },
        },
      },
      { type: 'response-end' },
    ]);
  });

  test('with its thoughts, their seals, and those that only the vendor can read', () => {
    expect(
      heard(
        started(0, { type: 'thinking', thinking: '', signature: '' }),
        delta(0, { type: 'thinking_delta', thinking: 'Hm.' }),
        delta(0, { type: 'signature_delta', signature: 's' }),
        started(1, { type: 'redacted_thinking', data: 'd' }),
      ),
    ).toMatchObject([
      { type: 'part-start', part: 0, kind: 'reasoning' },
      { type: 'reasoning-delta', part: 0, text: 'Hm.' },
      { type: 'reasoning-delta', part: 0, signature: 's' },
      { type: 'part-start', part: 1, kind: 'reasoning' },
      { type: 'reasoning-delta', part: 1, encrypted: 'd' },
    ]);
  });

  test('with what nobody else has words for as it is: blocks of the vendor’s own tools, and whatever is new', () => {
    const frames = [
      started(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
      json(0, '{"q":1}'),
      stopped(0),
      delta(1, { type: 'x_delta' }),
      { type: 'x_event' },
    ];
    expect(heard(...frames)).toEqual(
      frames.map((wire) => ({ type: 'opaque', dialect: 'anthropic-messages', wire, choice: 0 })),
    );
  });

  test('with an input that stood in the start of its block, but only if no delta says one', () => {
    const full = started(0, { ...tool('f'), input: { a: 1 } });
    const argued = (...wires: readonly JsonObject[]): readonly string[] =>
      heard(full, ...wires, stopped(0)).flatMap((event) => (event.type === 'tool-call-delta' ? [event.text] : []));
    expect(argued()).toEqual(['{"a":1}']);
    expect(argued(json(0, ''))).toEqual(['', '{"a":1}']);
    expect(argued(json(0, '{"b":2}'))).toEqual(['{"b":2}']);
  });

  test('with its calls numbered in order, though other blocks stand between them', () => {
    const events = heard(
      started(0, tool('f')),
      started(1, { type: 'text', text: '' }),
      started(2, tool('g')),
      json(2, '{}'),
    );
    expect(events.flatMap((event) => ('call' in event ? [[event.type, event.part, event.call]] : []))).toEqual([
      ['tool-call-start', 0, 0],
      ['tool-call-start', 2, 1],
      ['tool-call-delta', 2, 1],
    ]);
  });

  test('with comments, which stay comments within the dialect, and what somebody adds in a place of its own', () => {
    const decoder = stream.decoder();
    const encoder = stream.encoder(() => undefined);
    const again = (one: Frame): readonly Frame[] => decoder.push(one).flatMap((event) => encoder.push(event));
    expect([again({ comment: ' here' }), again({ id: '7' })]).toEqual([[{ comment: ' here' }], [{ id: '7' }]]);
    again(frame({ type: 'message_start', message: { id: 'msg_1' } }));
    for (const wire of [started(0, { type: 'text', text: '' }), stopped(0)]) again(frame(wire));
    const added = encoder.push(text('Added.')).map(({ data = '' }) => JSON.parse(data));
    expect(added).toEqual([started(1, { type: 'text', text: '' }), words(1, 'Added.')]);
    expect(again(frame(started(1, { type: 'text', text: '' })))).toEqual([
      frame(stopped(1)),
      frame(started(2, { type: 'text', text: '' })),
    ]);
    expect(again(frame(words(1, 'a')))).toEqual([frame(words(2, 'a'))]);
  });

  test('with an error in the middle, and no more after its end', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    expect(heard(error)).toMatchObject([
      { type: 'error', failure: { kind: 'provider-overloaded' }, raw: { wire: error } },
    ]);
    expect(heard({ type: 'message_stop' }, { type: 'ping' })).toEqual([{ type: 'response-end' }]);
  });

  test('as broken off where no end comes, or no JSON', () => {
    const decoder = stream.decoder();
    decoder.push(frame({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: {} }));
    expect(decoder.end()).toMatchObject([{ type: 'error', failure: { kind: 'provider-garbled' } }]);
    expect(stream.decoder().push({ event: 'x', data: '{' })).toMatchObject([
      { type: 'error', failure: { kind: 'provider-garbled' }, raw: { wire: '{' } },
    ]);
    const whole = stream.decoder();
    whole.push(frame({ type: 'message_stop' }));
    expect(whole.end()).toEqual([]);
  });
});

describe('a stream of another dialect is said', () => {
  test('with a start that all must have, under an id of its own', () => {
    const begun = (head: Partial<ChatEvent>): JsonObject => {
      const encoder = stream.encoder(() => undefined);
      const [first] = [{ type: 'response-start', ...head } as ChatEvent, text('a')].flatMap((event) =>
        encoder.push(event),
      );
      return JSON.parse(first?.data ?? '').message;
    };
    expect(begun({ id: 'chatcmpl-1', model: 'm', serviceTier: 'default' })).toEqual({
      ...{ id: 'msg_chatcmpl-1', type: 'message', role: 'assistant', model: 'm', content: [] },
      ...{ stop_reason: null, stop_sequence: null, usage: { ...noUsage, service_tier: 'standard' } },
    });
    expect([begun({ id: 'msg_2' })['id'], begun({ id: '' })['id'], begun({ createdAt: 7 })['id']]).toEqual([
      ...['msg_2', 'msg_0', 'msg_7'],
    ]);
  });

  test('with blocks that open and close one after the other, and its end and usage at once', () => {
    const usage: ChatEvent = {
      type: 'usage',
      usage: { counted: { tokens: { input: 3, cachedInput: 4, output: 5, reasoning: 1 } } },
    };
    const thought: ChatEvent = { type: 'reasoning-delta', choice: 0, text: 'Hm.' };
    const seal = (signature: string): ChatEvent => ({ type: 'reasoning-delta', choice: 0, signature });
    expect(
      said(
        text(''),
        thought,
        seal('se'),
        seal('al'),
        text('a'),
        text('b'),
        call(0, 'f'),
        more(0, '{}'),
        stop,
        usage,
        end,
      ),
    ).toEqual({
      lost: [],
      wires: [
        started(0, { type: 'thinking', thinking: '', signature: '' }),
        delta(0, { type: 'thinking_delta', thinking: 'Hm.' }),
        delta(0, { type: 'signature_delta', signature: 'seal' }),
        stopped(0),
        started(1, { type: 'text', text: '' }),
        words(1, 'a'),
        words(1, 'b'),
        stopped(1),
        started(2, tool('f')),
        json(2, '{}'),
        stopped(2),
        ...closed('tool_use', {
          ...{ input_tokens: 3, cache_creation_input_tokens: 0, cache_read_input_tokens: 4, output_tokens: 6 },
          output_tokens_details: { thinking_tokens: 1 },
        }),
      ],
    });
  });

  test('with parallel calls one after the other, a later one waiting until the earlier is whole', () => {
    const { wires, lost } = said(
      call(0, 'f'),
      call(1, 'g'),
      more(0, '{"a":'),
      more(1, '{"b"'),
      more(0, '1}'),
      more(1, ':2}'),
      stop,
      end,
    );
    expect({ wires, lost }).toEqual({
      lost: [],
      wires: [
        started(0, tool('f')),
        json(0, '{"a":'),
        json(0, '1}'),
        stopped(0),
        started(1, tool('g')),
        json(1, '{"b"'),
        json(1, ':2}'),
        stopped(1),
        ...closed('tool_use'),
      ],
    });
  });

  test('with calls at once as they come, where each is whole before the next', () => {
    const encoder = stream.encoder(() => undefined);
    const counts = [call(0, 'f'), more(0, '{}'), call(1, 'g'), more(1, '{')].map((event) => encoder.push(event).length);
    expect(counts).toEqual([2, 1, 2, 1]);
  });

  test('with a refusal that says nothing, or a moment that nobody asked for, as if they were not there', () => {
    const silent: ChatEvent = { type: 'refusal-delta', choice: 0, text: '' };
    const head: ChatEvent = { type: 'response-change', id: 'c', model: 'm', createdAt: 1000 };
    expect(said(head, text('Hi'), silent, stop, end)).toEqual({
      lost: [],
      wires: [started(0, { type: 'text', text: '' }), words(0, 'Hi'), stopped(0), ...closed('end_turn')],
    });
  });

  test('with a refusal as text, and an end that says what it is', () => {
    expect(said({ type: 'refusal-delta', choice: 0, text: 'No.' }, stop, end)).toEqual({
      lost: [],
      wires: [started(0, { type: 'text', text: '' }), words(0, 'No.'), stopped(0), ...closed('refusal')],
    });
  });

  test('as a valid message even if it says nothing', () => {
    expect(said(end).wires).toEqual([...closed('end_turn')]);
    const { wires } = said(call(0, 'f'), end);
    expect(wires).toEqual([started(0, tool('f')), stopped(0), ...closed('tool_use')]);
  });

  test('with the last of the usage that was told', () => {
    const told = (output: number): ChatEvent => ({
      type: 'usage',
      usage: { counted: { tokens: { input: 1, output } } },
    });
    expect(said(told(1), stop, told(2), told(3), end).wires).toMatchObject([
      { usage: { output_tokens: 3 } },
      { type: 'message_stop' },
    ]);
  });

  test('with what it cannot say told once, by where it stands in an answer', () => {
    const { wires, lost } = said(
      { type: 'logprobs', choice: 0, logprobs: {} },
      { type: 'logprobs', choice: 0, logprobs: {} },
      { type: 'text-delta', choice: 1, text: 'Other' },
      { ...text('a'), extras: { 'openai-chat': { chunk: { x_chunk: 1, x_null: null }, delta: { x_delta: 2 } } } },
      { type: 'tool-call-start', choice: 0, call: 0, kind: 'custom', id: 'c', name: 'sql' },
      more(0, 'select'),
      { type: 'finish', choice: 0, finish: { reason: 'other' } },
      end,
    );
    expect(wires).toEqual([started(0, { type: 'text', text: '' }), words(0, 'a'), stopped(0), ...closed('end_turn')]);
    expect(lost.map(({ path, why }) => `${path} ${why}`)).toEqual([
      'choices[0].logprobs unsupported',
      'choices[1] unsupported',
      'x_chunk unsupported',
      'choices[0].message.x_delta unsupported',
      'choices[0].message.parts[1] no-custom-tools',
      'choices[0].finish unsupported',
    ]);
  });

  test('with a ping for a sign of life, and an error as an event that ends it', () => {
    expect(said({ type: 'keep-alive', comment: ' PROCESSING' }).wires).toEqual([{ type: 'ping' }]);
    expect(said({ type: 'error', failure: new Failure('provider-failed', 'It broke.') }).wires).toEqual([
      { type: 'error', error: { type: 'api_error', message: 'It broke.' } },
    ]);
  });

  test('in parts that end where they are told to, if they are numbered', () => {
    const part = (number: number, event: ChatEvent): ChatEvent => ({ ...event, part: number }) as ChatEvent;
    const begins = (number: number, kind: 'text' | 'tool-call'): ChatEvent => ({
      type: 'part-start',
      choice: 0,
      part: number,
      kind,
    });
    const ends = (number: number): ChatEvent => ({ type: 'part-end', choice: 0, part: number });
    expect(
      said(
        begins(0, 'text'),
        part(0, text('a')),
        begins(1, 'text'),
        part(1, text('b')),
        part(0, text('c')),
        ends(0),
        ends(1),
        end,
      ).wires,
    ).toEqual([
      ...[started(0, { type: 'text', text: '' }), words(0, 'a'), words(0, 'c'), stopped(0)],
      ...[started(1, { type: 'text', text: '' }), words(1, 'b'), stopped(1), ...closed('end_turn')],
    ]);
  });
});
