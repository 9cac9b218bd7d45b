import { describe, expect, test } from 'bun:test';
import fc, { type Arbitrary } from 'fast-check';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { response } from '../../src/dialects/anthropic-messages/response.ts';
import { stream } from '../../src/dialects/anthropic-messages/stream.ts';
import type { Frame } from '../../src/dialects/sse.ts';
import { body, bytes, comparable, json, neverLost } from './answer-wires.ts';

const runs = { numRuns: 400 };

const anything: Arbitrary<Json> = fc.constantFrom<Json>(null, 0, '', 'x', true, [], {}, { a: [1] }, ['🌉']);

/** An object with some of these members, in any order, and perhaps one that nobody knows. */
function some(members: Readonly<Record<string, Arbitrary<Json>>>): Arbitrary<JsonObject> {
  return fc.record({ ...members, x_more: anything }, { requiredKeys: [] }).map((one) => ({ ...one }));
}

const block: Arbitrary<Json> = fc.oneof(
  some({ type: fc.constant('text'), text: fc.constantFrom<Json>('', 'a', null), citations: anything }),
  some({
    type: fc.constant('thinking'),
    thinking: fc.constantFrom('', 't'),
    signature: fc.constantFrom<Json>('', 's', null),
  }),
  some({ type: fc.constant('redacted_thinking'), data: fc.constantFrom<Json>('', 'd', 3) }),
  some({
    type: fc.constant('tool_use'),
    id: fc.constantFrom<Json>('toolu_1', '', null),
    name: fc.constantFrom('f', ''),
    input: fc.constantFrom<Json>({}, { a: 1 }, null, 'x'),
    caller: anything,
  }),
  some({ type: fc.constantFrom<Json>('server_tool_use', 'x_block', 4) }),
  anything,
);

const delta: Arbitrary<Json> = fc.oneof(
  some({ type: fc.constant('text_delta'), text: fc.constantFrom<Json>('', 'a', null) }),
  some({ type: fc.constant('input_anythingdelta'), partial_json: fc.constantFrom<Json>('', '{"a":', '1}', null) }),
  some({ type: fc.constant('thinking_delta'), thinking: fc.constantFrom<Json>('t', ''), text: anything }),
  some({ type: fc.constant('signature_delta'), signature: fc.constantFrom<Json>('s', 1) }),
  some({
    type: fc.constant('citations_delta'),
    citation: fc.constantFrom<Json>(
      { type: 'web_search_result_location', url: 'https://a.example', x: 1 },
      { type: 'char_location' },
      1,
    ),
  }),
  anything,
);

const usage: Arbitrary<Json> = fc.oneof(
  some({
    input_tokens: anything,
    output_tokens: fc.nat(9),
    service_tier: fc.constantFrom<Json>('standard', 'batch', null),
  }),
  anything,
);

const message = some({
  id: fc.constantFrom<Json>('msg_1', '', null),
  model: fc.constantFrom<Json>('claude', 3),
  type: fc.constantFrom('message', 'x'),
  role: fc.constantFrom('assistant', 'user'),
  content: fc.constantFrom<Json>([], null, [{ type: 'text', text: 'a' }]),
  stop_reason: fc.constantFrom<Json>(null, 'end_turn'),
  stop_sequence: fc.constantFrom<Json>(null, 'END'),
  usage,
});

const index = fc.constantFrom<Json>(0, 1, 2, null);

const frame: Arbitrary<Frame> = fc
  .tuple(
    fc.oneof(
      some({ type: fc.constant('message_start'), message: fc.oneof(message, anything) }),
      some({ type: fc.constant('content_block_start'), index, content_block: block }),
      some({ type: fc.constant('content_block_delta'), index, delta }),
      some({ type: fc.constant('content_block_stop'), index }),
      some({
        type: fc.constant('message_delta'),
        delta: fc.oneof(
          some({
            stop_reason: fc.constantFrom<Json>('end_turn', 'x_tide', null),
            stop_sequence: anything,
            container: anything,
          }),
          anything,
        ),
        usage,
        context_management: anything,
      }),
      some({ type: fc.constant('ping') }),
      some({
        type: fc.constantFrom('x_event', 'error'),
        error: fc.constantFrom<Json>({ type: 'api_error', message: 'no' }, null),
      }),
    ),
    fc.constantFrom('usual', 'usual', 'usual', 'none', 'other', 'numbered'),
  )
  .map(([wire, lines]) => {
    const { type } = wire;
    const name = typeof type === 'string' ? { event: type } : {};
    const data = JSON.stringify(wire);
    if (lines === 'none') return { data };
    if (lines === 'other') return { event: 'other', data };
    return lines === 'numbered' ? { ...name, id: '7', retry: 3, data } : { ...name, data };
  });

const begin: Frame = { event: 'message_start', data: '{"type":"message_start","message":{"id":"msg_1"}}' };

describe('whatever comes after an answer has begun', () => {
  test('a frame comes back as one frame, as it was, before the next is read', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
        const decoder = stream.decoder();
        const encoder = stream.encoder(neverLost('a generated stream'));
        for (const one of [begin, ...frames]) {
          const events = decoder.push(one);
          // What is wrong with our account is no caller's business, so its words are not kept.
          if (events.some((event) => event.type === 'error' && event.raw === undefined)) continue;
          const back = events.flatMap((event) => encoder.push(event));
          expect(back.map(comparable)).toEqual([comparable(one)]);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('a whole answer comes back as it was', () => {
    const content = fc.array(
      fc.oneof(
        some({ citations: fc.constantFrom<Json>(null, [], [{ type: 'char_location' }]) }).map((one) => ({
          ...one,
          type: 'text',
          text: 'a',
        })),
        some({ signature: fc.constantFrom<Json>('', 's') }).map((one) => ({ ...one, type: 'thinking', thinking: 't' })),
        some({}).map((one) => ({ ...one, type: 'redacted_thinking', data: 'd' })),
        some({ caller: anything }).map((one) => ({
          ...one,
          type: 'tool_use',
          id: 'toolu_1',
          name: 'f',
          input: { a: 1 },
        })),
        some({ content: anything }).map((one) => ({ ...one, type: 'x_result' })),
        fc.constantFrom<JsonObject>({ type: 'text', text: '' }, { type: 'text', text: ' ' }),
      ),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(message, content, (head, blocks) => {
        const wire = { ...head, content: blocks };
        expect(json(response.encode(response.decode(body(wire)), neverLost('a generated answer')))).toEqual(wire);
      }),
      runs,
    );
  });

  test('a number keeps its digits', () => {
    const text =
      '{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"tool_use","id":"toolu_1","name":"f",' +
      '"input":{"big":12345678901234567890}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":2}}';
    const value = response.decode({ kind: 'json', bytes: bytes(text) });
    const [part] = value.choices[0]?.message.parts ?? [];
    expect(part?.type === 'tool-call' && part.arguments).toBe('{"big":12345678901234567890}');
    expect(new TextDecoder().decode(response.encode(value, neverLost('a big number')).bytes)).toContain(
      '12345678901234567890',
    );
  });
});
