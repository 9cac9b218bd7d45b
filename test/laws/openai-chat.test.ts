import { describe, expect, test } from 'bun:test';
import { Failure } from '../../src/core/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import type { WireBody } from '../../src/core/payload.ts';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import { type Frame, frameReader } from '../../src/dialects/sse.ts';
import { handmade, indexed, type Recording, recorded, recordingsDemanded } from '../recordings.ts';
import { refused } from '../refused.ts';
import { cuts, everySize, sseText } from '../sse-text.ts';

const dialect = 'openai-chat';
const suites = [
  { name: 'recorded', cases: recorded(dialect), listed: indexed(dialect) },
  { name: 'hand-made', cases: handmade(dialect), listed: [] },
];

for (const { name, cases, listed } of suites) {
  const run = test.skipIf(cases.length === 0);

  describe(`${name} openai-chat traffic`, () => {
    run('requests come back as they were, and so do their values', () => {
      const asked = cases.filter((one) => isJsonObject(one.requestBody));
      const chats = asked.filter((one) => isJsonObject(one.requestBody) && Array.isArray(one.requestBody['messages']));
      for (const one of chats) same(one, openaiChat.request, one.requestBody);
      for (const one of asked) {
        if (chats.includes(one)) continue;
        const problem = refused(() => openaiChat.request.decode(body(one.requestBody)));
        expect({ id: one.id, kind: problem?.kind, param: problem?.details.param }).toEqual({
          id: one.id,
          kind: 'request-invalid',
          param: 'messages',
        });
      }
      say(
        `${name} requests`,
        chats.length,
        `${asked.length - chats.length} without a list of messages refused by name`,
      );
      expect(chats.length).toBeGreaterThan(0);
    });

    run('whole answers come back as they were, and so do their values', () => {
      const answers = cases.filter((one) => one.status < 300 && one.responseChunks === undefined);
      const chats = answers.filter((one) => isAnswer(one.responseBody));
      for (const one of chats) same(one, openaiChat.response, one.responseBody);
      for (const one of answers) {
        if (chats.includes(one)) continue;
        const problem = refused(() => openaiChat.response.decode(body(one.responseBody)));
        expect({ id: one.id, isFailure: problem !== undefined }).toEqual({ id: one.id, isFailure: true });
      }
      say(`${name} answers`, chats.length, `${answers.length - chats.length} that are no chat answer refused`);
      expect(chats.length).toBeGreaterThan(0);
      expectAll(answers.length, listed.filter((one) => one.status < 300 && one.framing !== 'sse').length);
    });

    run('streams come back frame by frame', () => {
      const streams = cases.filter((one) => one.responseChunks !== undefined);
      for (const one of streams) {
        const frames = framesOf(sseText(one));
        const back = reencoded(frames);
        expect({ id: one.id, frames: back.map(comparable) }).toEqual({ id: one.id, frames: frames.map(comparable) });
      }
      say(`${name} streams`, streams.length);
      expect(streams.length).toBeGreaterThan(0);
      expectAll(streams.length, listed.filter((one) => one.framing === 'sse').length);
    });

    run(
      'a stream means the same however the network cuts it',
      () => {
        const streams = cases.filter((one) => one.responseChunks !== undefined);
        let ways = 0;
        let every = 0;
        for (const one of streams) {
          const text = sseText(one);
          const whole = eventsOf([bytes(text)]);
          const short = text.length <= 6000 && every < 24;
          if (short) every += 1;
          const sizes = short ? everySize : text.length > 40_000 ? [61, 1021] : [1, 7, 61, 1021];
          for (const pieces of cuts(bytes(text), sizes, [one.id, `${one.id}+`])) {
            expectEvents(one, eventsOf(pieces), whole);
            ways += 1;
          }
          const crlf = bytes(sseText({ ...one, sse: { newline: 'CRLF' } }));
          for (const pieces of cuts(crlf, [13, crlf.length], [])) expectEvents(one, eventsOf(pieces), whole);
          const commented = bytes(`: keep-alive\n\n${text}`);
          const [alive, ...rest] = eventsOf([...cuts(commented, [17], [])].flat());
          expect(alive).toEqual({ type: 'keep-alive', comment: ' keep-alive' });
          expectEvents(one, rest, whole);
          ways += 3;
        }
        say(`${name} streams cut`, streams.length, `${ways} ways, ${every} of them at every size from 1 to 64`);
      },
      60_000,
    );

    run('errors keep their words', () => {
      const errors = cases.filter((one) => one.status >= 400);
      for (const one of errors) {
        const text = typeof one.responseBody === 'string' ? one.responseBody : JSON.stringify(one.responseBody ?? '');
        const problem = openaiChat.failure.decode({
          status: one.status,
          headers: new Headers(one.responseHeaders ?? {}),
          bytes: bytes(text === '""' ? '' : text),
        });
        expect({ id: one.id, isFailure: problem instanceof Failure }).toEqual({ id: one.id, isFailure: true });
        expect(problem.message.length).toBeGreaterThan(0);
        if (problem.kind !== 'provider-refused') continue;
        const { status, body: spelled } = openaiChat.failure.encode(problem, 'req_1');
        const said = isJsonObject(one.responseBody) ? one.responseBody['error'] : undefined;
        expect({ id: one.id, status }).toEqual({ id: one.id, status: one.status });
        if (isJsonObject(said)) expect(spelled['error']).toMatchObject(kept(said));
        if (typeof said === 'string') expect(spelled['error']).toMatchObject({ message: said });
      }
      say(`${name} errors`, errors.length);
      expectAll(errors.length, listed.filter((one) => one.status >= 400).length);
    });
  });
}

/** A vendor's words that must survive; one that it left out or null may be filled in, and OpenAI's codes are text. */
function kept(said: JsonObject): JsonObject {
  const words = Object.entries(said).filter(([, value]) => value !== null);
  return Object.fromEntries(words.map(([name, value]) => [name, name === 'code' ? String(value) : value]));
}

interface BothWays<T> {
  decode(wire: WireBody): T;
  encode(value: T, lost: (loss: unknown) => void): WireBody;
}

function same<T>(one: Recording, codec: BothWays<T>, wire: Json | undefined): void {
  const value = codec.decode(body(wire));
  const back = codec.encode(value, neverLost(one));
  expect({ id: one.id, body: JSON.parse(new TextDecoder().decode(back.bytes)) }).toEqual({ id: one.id, body: wire });
  expect({ id: one.id, value: codec.decode(back) }).toEqual({ id: one.id, value });
}

function reencoded(frames: readonly Frame[]): readonly Frame[] {
  const decoder = openaiChat.stream.decoder();
  const encoder = openaiChat.stream.encoder(neverLost(undefined));
  // Each frame must come out before the next goes in: nothing of an answer waits for what comes after it.
  return frames.map((frame) => {
    const out = decoder.push(frame).flatMap((event) => encoder.push(event));
    expect(out).toHaveLength(1);
    return out[0] ?? {};
  });
}

function eventsOf(pieces: Iterable<Uint8Array<ArrayBuffer>>): readonly unknown[] {
  const reader = frameReader();
  const decoder = openaiChat.stream.decoder();
  const events = [...pieces].flatMap((piece) => reader.push(piece).flatMap((frame) => decoder.push(frame)));
  return [...events, ...decoder.end()];
}

function expectEvents(one: Recording, events: readonly unknown[], whole: readonly unknown[]): void {
  if (Bun.deepEquals(events, whole, true)) return;
  expect({ id: one.id, events }).toEqual({ id: one.id, events: [...whole] });
}

function framesOf(text: string): readonly Frame[] {
  return frameReader().push(bytes(text));
}

/** A frame with its data parsed, if that can be. */
function comparable(frame: Frame): unknown {
  try {
    return { ...frame, data: JSON.parse(frame.data ?? '') };
  } catch {
    return frame;
  }
}

function isAnswer(found: Json | undefined): boolean {
  if (!isJsonObject(found) || !Array.isArray(found['choices'])) return false;
  return found['choices'].every((one: Json) => isJsonObject(one) && isJsonObject(one['message']));
}

function neverLost(one: Recording | undefined): (loss: unknown) => void {
  return (loss) => {
    throw new Error(`${one?.id ?? 'a stream'} lost ${JSON.stringify(loss)} on its way into its own dialect`);
  };
}

function body(wire: Json | undefined): WireBody {
  return { kind: 'json', bytes: bytes(JSON.stringify(wire)) };
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function say(what: string, ran: number, more = ''): void {
  console.log(`  ${what}: ${ran} cases${more === '' ? '' : `, ${more}`}`);
}

function expectAll(ran: number, listed: number): void {
  if (recordingsDemanded) expect(ran).toBeGreaterThanOrEqual(listed);
}
