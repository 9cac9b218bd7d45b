import { describe, expect, test } from 'bun:test';
import { delta, json, started, stopped, text, tool, words } from '../../../test/rooms/anthropic-streamed.ts';
import type { ChatEvent } from '../../core/chat.ts';
import { Failure } from '../../core/failure.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Loss } from '../../core/loss.ts';
import { stream } from './stream.ts';

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

const noUsage = { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 };

const closed = (reason: string, usage: JsonObject = noUsage): readonly JsonObject[] => [
  { type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage },
  { type: 'message_stop' },
];

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
