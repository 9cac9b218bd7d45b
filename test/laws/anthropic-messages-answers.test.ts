import { describe, expect, test } from 'bun:test';
import type { ChatEvent } from '../../src/core/chat.ts';
import { Failure } from '../../src/core/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { failure } from '../../src/dialects/anthropic-messages/failure.ts';
import { response } from '../../src/dialects/anthropic-messages/response.ts';
import { stream } from '../../src/dialects/anthropic-messages/stream.ts';
import { type Frame, frameReader } from '../../src/dialects/sse.ts';
import { type Recording, recorded } from '../recordings.ts';
import { cuts, everySize, sseText } from '../sse-text.ts';
import { body, bytes, comparable, json, neverLost } from './answer-wires.ts';

const cases = recorded('anthropic').filter(({ endpoint }) => endpoint === 'messages');

const streams = cases.filter((one) => one.responseChunks !== undefined);

const run = test.skipIf(cases.length === 0);

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

function requestIdOf(said: Json | undefined): string {
  const id = isJsonObject(said) ? said['request_id'] : undefined;
  return typeof id === 'string' ? id : '';
}

function say(what: string, ran: number, more = ''): void {
  console.log(`  anthropic-messages ${what}: ${ran} cases${more === '' ? '' : `, ${more}`}`);
}
