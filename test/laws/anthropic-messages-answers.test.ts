import { describe, expect, test } from 'bun:test';
import fc, { type Arbitrary } from 'fast-check';
import type { ChatEvent } from '../../src/core/chat.ts';
import { Failure } from '../../src/core/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import type { WireBody } from '../../src/core/payload.ts';
import { failure } from '../../src/dialects/anthropic-messages/failure.ts';
import { response } from '../../src/dialects/anthropic-messages/response.ts';
import { stream } from '../../src/dialects/anthropic-messages/stream.ts';
import { type Frame, frameReader } from '../../src/dialects/sse.ts';
import { type Recording, recorded } from '../recordings.ts';
import { cuts, sseText } from '../sse-text.ts';

const cases = recorded('anthropic').filter(({ endpoint }) => endpoint === 'messages');
const streams = cases.filter((one) => one.responseChunks !== undefined);
const run = test.skipIf(cases.length === 0);
const everySize = Array.from({ length: 64 }, (_, index) => index + 1);
const runs = { numRuns: 400 };

describe('recorded answers of Anthropic, Vertex and Ollama', () => {
  run('come back as they were, and so do their values', () => {
    const answers = cases.filter((one) => one.status < 300 && one.responseChunks === undefined);
    for (const one of answers) {
      const value = response.decode(body(one.responseBody));
      const back = response.encode(value, neverLost(one.id));
      expect<unknown>({ id: one.id, body: json(back) }).toEqual({ id: one.id, body: one.responseBody });
      expect({ id: one.id, value: response.decode(back) }).toEqual({ id: one.id, value });
    }
    say('answers', answers.length);
    expect(answers.length).toBeGreaterThan(0);
  });

  run('are understood, and not only carried', () => {
    for (const one of cases) {
      if (one.status >= 300 || !isJsonObject(one.responseBody)) continue;
      const { choices, usage, serviceTier } = response.decode(body(one.responseBody));
      const parts = choices.flatMap(({ message }) => message.parts);
      expect<unknown>({
        id: one.id,
        text: parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])),
        thoughts: parts.flatMap((part) =>
          part.type === 'reasoning' ? [[part.text, part.signature, part.encrypted]] : [],
        ),
        calls: parts.flatMap((part) =>
          part.type === 'tool-call' ? [[part.id, part.name, JSON.parse(part.arguments)]] : [],
        ),
        finish: choices.map(({ finish }) => finish?.reason),
        counted: usage?.counted?.tokens.output,
        serviceTier,
      }).toEqual({
        id: one.id,
        text: blocksOf(one.responseBody, 'text').map(({ text }) => text),
        thoughts: [
          ...blocksOf(one.responseBody, 'thinking').map(({ thinking, signature }) => [thinking, signature, undefined]),
          ...blocksOf(one.responseBody, 'redacted_thinking').map(({ data }) => [undefined, undefined, data]),
        ],
        calls: blocksOf(one.responseBody, 'tool_use').map(({ id, name, input }) => [id, name, input]),
        finish: [reasonOf(one.responseBody['stop_reason'])],
        counted: visibleOutput(one.responseBody['usage']),
        serviceTier: tierOf(one.responseBody['usage']),
      });
    }
  });
});

describe('recorded streams of Anthropic, Vertex and Ollama', () => {
  run('come back frame by frame, each before the next is read', () => {
    let count = 0;
    let after = 0;
    for (const one of streams) {
      const frames = framesOf(sseText(one));
      const end = frames.findIndex(({ event }) => event === 'message_stop');
      const decoder = stream.decoder();
      const encoder = stream.encoder(neverLost(one.id));
      for (const [index, frame] of frames.entries()) {
        const back = decoder.push(frame).flatMap((event) => encoder.push(event));
        const expected = index <= end || end === -1 ? [comparable(frame)] : [];
        expect({ id: one.id, index, frames: back.map(comparable) }).toEqual({ id: one.id, index, frames: expected });
        if (expected.length === 0) after += 1;
      }
      expect(encoder.end()).toEqual([]);
      count += frames.length;
    }
    say('streams', streams.length, `${count} frames, ${after} of them after the end and dropped`);
    expect(streams.length).toBeGreaterThan(0);
  });

  run('say what their frames say', () => {
    for (const one of streams) {
      const events = eventsOf([bytes(sseText(one))]);
      const frames = wholeFrames(one);
      const deltas = (type: string, member: string): string =>
        frames.flatMap(({ delta }) => (isJsonObject(delta) && delta['type'] === type ? [delta[member]] : [])).join('');
      const starts = frames.flatMap(({ content_block: block }) => (isJsonObject(block) ? [block] : []));
      expect<unknown>({
        id: one.id,
        text: events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : [])).join(''),
        thoughts: events.flatMap((event) => (event.type === 'reasoning-delta' ? [event.text ?? ''] : [])).join(''),
        seals: events.flatMap((event) => (event.type === 'reasoning-delta' ? [event.signature ?? ''] : [])).join(''),
        calls: events.flatMap((event) => (event.type === 'tool-call-start' ? [event.name] : [])),
        ended: events.filter(({ type }) => type === 'response-end').length,
        output: finalUsage(events),
      }).toEqual({
        id: one.id,
        text: deltas('text_delta', 'text'),
        thoughts: deltas('thinking_delta', 'thinking'),
        seals: deltas('signature_delta', 'signature'),
        calls: starts.filter(({ type }) => type === 'tool_use').map(({ name }) => name),
        ended: 1,
        output: visibleOutput(frames.findLast(({ type }) => type === 'message_delta')?.['usage']),
      });
    }
  });

  run(
    'mean the same however the network cuts them',
    () => {
      let ways = 0;
      let every = 0;
      for (const one of streams) {
        const text = sseText(one);
        const whole = eventsOf([bytes(text)]);
        const isSample = text.length <= 6000 && every < 20;
        if (isSample) every += 1;
        const sizes = isSample ? everySize : text.length > 40_000 ? [61, 1021] : [1, 7, 61, 1021];
        for (const pieces of cuts(bytes(text), sizes, [one.id])) {
          expectEvents(one, eventsOf(pieces), whole);
          ways += 1;
        }
        const crlf = bytes(sseText({ ...one, sse: { newline: 'CRLF' } }));
        for (const pieces of cuts(crlf, [13, crlf.length], [])) expectEvents(one, eventsOf(pieces), whole);
        const [alive, ...rest] = eventsOf([bytes(`: still here\n\n${text}`)]);
        expect(alive).toMatchObject({ type: 'keep-alive', comment: ' still here' });
        expectEvents(one, rest, whole);
        ways += 3;
      }
      say('streams cut', streams.length, `${ways} ways, ${every} of them at every size from 1 to 64`);
    },
    60_000,
  );
});

describe('recorded errors of Anthropic', () => {
  run('keep their words', () => {
    const errors = cases.filter((one) => one.status >= 400);
    for (const one of errors) {
      const problem = failure.decode({
        status: one.status,
        headers: new Headers(one.responseHeaders ?? {}),
        bytes: bytes(JSON.stringify(one.responseBody)),
      });
      expect(problem).toBeInstanceOf(Failure);
      if (problem.kind !== 'provider-refused') continue;
      const spelled = failure.encode(problem, requestIdOf(one.responseBody));
      expect({ id: one.id, status: spelled.status, body: spelled.body }).toEqual({
        id: one.id,
        status: one.status,
        body: isJsonObject(one.responseBody) ? one.responseBody : {},
      });
    }
    say('errors', errors.length);
    expect(errors.length).toBeGreaterThan(0);
  });
});

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

function blocksOf({ content }: JsonObject, type: string): readonly JsonObject[] {
  return Array.isArray(content) ? content.filter((one) => isJsonObject(one) && one['type'] === type) : [];
}

const reasons: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool-calls',
  refusal: 'content-filter',
};

function reasonOf(word: Json | undefined): string | undefined {
  return reasons[String(word)];
}

/** Tokens put out, over all passes, less the thinking. */
function visibleOutput(usage: Json | undefined): number | undefined {
  if (!isJsonObject(usage)) return undefined;
  const { output_tokens: top, output_tokens_details: details, iterations } = usage;
  const passes = Array.isArray(iterations)
    ? iterations.reduce<number>((sum, pass) => sum + (isJsonObject(pass) ? Number(pass['output_tokens']) : 0), 0)
    : 0;
  return Math.max(Number(top), passes) - (isJsonObject(details) ? Number(details['thinking_tokens']) : 0);
}

function tierOf(usage: Json | undefined): Json | undefined {
  const tier = isJsonObject(usage) ? usage['service_tier'] : undefined;
  return tier === 'standard' ? 'default' : tier;
}

function finalUsage(events: readonly ChatEvent[]): number | undefined {
  const last = events.findLast((event) => event.type === 'usage' && event.soFar !== true);
  return last?.type === 'usage' ? last.usage.counted?.tokens.output : undefined;
}

/** The frames up to the end of the answer; one recording holds a second one. */
function wholeFrames(one: Recording): readonly JsonObject[] {
  const wires = framesOf(sseText(one)).flatMap(({ data = '' }) => {
    const wire: Json = JSON.parse(data);
    return isJsonObject(wire) ? [wire] : [];
  });
  return wires.slice(0, wires.findIndex(({ type }) => type === 'message_stop') + 1);
}

function eventsOf(pieces: Iterable<Uint8Array<ArrayBuffer>>): readonly ChatEvent[] {
  const reader = frameReader();
  const decoder = stream.decoder();
  const events = [...pieces].flatMap((piece) => reader.push(piece).flatMap((one) => decoder.push(one)));
  return [...events, ...decoder.end()];
}

function expectEvents(one: Recording, events: readonly ChatEvent[], whole: readonly ChatEvent[]): void {
  if (Bun.deepEquals(events, whole, true)) return;
  expect({ id: one.id, events }).toEqual({ id: one.id, events: [...whole] });
}

function framesOf(text: string): readonly Frame[] {
  return frameReader().push(bytes(text));
}

/** A frame with its data parsed. */
function comparable({ data = 'null', ...lines }: Frame): unknown {
  return { ...lines, data: JSON.parse(data) };
}

function requestIdOf(said: Json | undefined): string {
  const id = isJsonObject(said) ? said['request_id'] : undefined;
  return typeof id === 'string' ? id : '';
}

function neverLost(what: string): (loss: unknown) => void {
  return (loss) => {
    throw new Error(`${what} lost ${JSON.stringify(loss)} on its way into its own dialect`);
  };
}

function json(wire: WireBody): Json {
  return JSON.parse(new TextDecoder().decode(wire.bytes));
}

function body(wire: Json | undefined): WireBody {
  return { kind: 'json', bytes: bytes(JSON.stringify(wire)) };
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function say(what: string, ran: number, more = ''): void {
  console.log(`  anthropic-messages ${what}: ${ran} cases${more === '' ? '' : `, ${more}`}`);
}
