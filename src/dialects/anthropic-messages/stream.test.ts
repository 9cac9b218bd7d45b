import { describe, expect, test } from 'bun:test';
import { delta, json, started, stopped, text, tool, words } from '../../../test/rooms/anthropic-streamed.ts';
import type { ChatEvent } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Frame } from '../sse.ts';
import { stream } from './stream.ts';

const frame = (wire: JsonObject): Frame => ({ event: String(wire['type']), data: JSON.stringify(wire) });

function heard(...wires: readonly JsonObject[]): readonly ChatEvent[] {
  const decoder = stream.decoder();
  return wires.flatMap((wire) => decoder.push(frame(wire)));
}

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
