import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { ChatEvent, ChatResponse } from '../../src/core/chat.ts';
import { Failure } from '../../src/core/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import type { Loss } from '../../src/core/loss.ts';
import { response } from '../../src/dialects/anthropic-messages/response.ts';
import { stream } from '../../src/dialects/anthropic-messages/stream.ts';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import { type Frame, frameReader } from '../../src/dialects/sse.ts';
import { handmade, type Recording, recorded } from '../recordings.ts';
import { sseText } from '../sse-text.ts';
import { chatResponses, streamChunks } from './chat-values.ts';

/** What an answer says, in the plainest words. */
interface Facts {
  readonly text: string;
  readonly thoughts: string;
  readonly calls: readonly (readonly [id: string, name: string, input: string])[];
}

const suites = [
  { name: 'recorded', cases: recorded('openai-chat') },
  { name: 'hand-made', cases: handmade('openai-chat') },
];

for (const { name, cases } of suites) {
  const run = test.skipIf(cases.length === 0);

  describe(`${name} openai-chat answers at a door of anthropic-messages`, () => {
    run('are valid messages and say the same', () => {
      let count = 0;
      for (const one of cases) {
        const value = one.status < 300 && one.responseChunks === undefined ? answerOf(one) : undefined;
        if (value === undefined) continue;
        const message = whole(value).message;
        expectMessage(one.id, message);
        expect({ id: one.id, ...factsOfBlocks(blocksIn(message)) }).toEqual({ id: one.id, ...factsOfValue(value) });
        count += 1;
      }
      console.log(`  ${name} openai-chat answers as messages: ${count} cases`);
      expect(count).toBeGreaterThan(0);
    });

    run('are valid streams and say the same', () => {
      let count = 0;
      for (const one of cases) {
        if (one.responseChunks === undefined) continue;
        const events = eventsOf(one);
        const { frames, lost } = streamed(events);
        const failed = events.some(({ type }) => type === 'error');
        if (!failed) expectStream(one.id, frames);
        // Arguments that go on after they were a whole JSON object are broken anyway, and told as lost.
        const late = lost.some(({ why }) => why === 'late') ? { calls: [] } : {};
        expect({ id: one.id, ...factsOfFrames(frames), ...late }).toEqual({
          id: one.id,
          ...factsOfEvents(events),
          ...late,
        });
        count += 1;
      }
      console.log(`  ${name} openai-chat streams as messages: ${count} cases`);
      expect(count).toBeGreaterThan(0);
    });
  });
}

describe('generated openai-chat answers at a door of anthropic-messages', () => {
  test('are valid messages, and what could not be said was told', () => {
    fc.assert(
      fc.property(chatResponses(), (value) => {
        const { message, lost } = whole(value);
        expectMessage('generated', message);
        expect(factsOfBlocks(blocksIn(message))).toEqual(factsOfValue(value));
        const others = value.choices.length - 1;
        expect(lost.filter(({ path }) => /^choices\[\d+\]$/.test(path)).length).toBeGreaterThanOrEqual(
          Math.max(0, others),
        );
      }),
      { numRuns: 400 },
    );
  });

  test('are valid streams, however their pieces are mixed', () => {
    fc.assert(
      fc.property(streamChunks(), (chunks) => {
        const decoder = openaiChat.stream.decoder();
        const events = chunks.flatMap((chunk) => decoder.push({ data: JSON.stringify(chunk) }));
        const all: readonly ChatEvent[] = [...events.filter(({ type }) => type !== 'error'), { type: 'response-end' }];
        const { frames } = streamed(all);
        expectStream('generated', frames);
        const { text, thoughts } = factsOfFrames(frames);
        expect({ text, thoughts }).toEqual({ text: factsOfEvents(all).text, thoughts: factsOfEvents(all).thoughts });
      }),
      { numRuns: 400 },
    );
  });

  test('parallel calls come whole, however their arguments are interleaved', () => {
    const calls = fc.array(fc.array(fc.constantFrom('{"a":', '"x', ' }', '1', '}', ''), { maxLength: 5 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(calls, fc.array(fc.nat(3), { maxLength: 24 }), (all, order) => {
        const inputs = all.map((pieces, index) => `{"n":${index},"t":${JSON.stringify(pieces.join(''))}}`);
        const events = interleaved(inputs, order);
        const { frames, lost } = streamed([...events, { type: 'response-end' }]);
        expectStream('interleaved', frames);
        expect(factsOfFrames(frames).calls).toEqual(inputs.map((input, index) => [`call_${index}`, 'f', input]));
        expect(lost).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});

/** Starts and pieces of calls, in an order that chance gives. */
function interleaved(inputs: readonly string[], order: readonly number[]): readonly ChatEvent[] {
  const left = inputs.map((input) => [...(input.match(/.{1,4}/g) ?? [])]);
  const begun = new Set<number>();
  const events: ChatEvent[] = [];
  const next = (call: number): void => {
    const piece = begun.has(call) ? left[call]?.shift() : undefined;
    if (!begun.has(call)) {
      events.push({ type: 'tool-call-start', choice: 0, call, kind: 'function', id: `call_${call}`, name: 'f' });
      begun.add(call);
    } else if (piece !== undefined) events.push({ type: 'tool-call-delta', choice: 0, call, text: piece });
  };
  // Calls begin in order; their pieces come as they like.
  for (const pick of order) next(Math.min(pick % inputs.length, begun.size));
  for (const [call, pieces] of left.entries()) for (let rest = pieces.length + 2; rest > 0; rest -= 1) next(call);
  return events;
}

function whole(value: ChatResponse): { readonly message: JsonObject; readonly lost: readonly Loss[] } {
  const lost: Loss[] = [];
  const wire: Json = JSON.parse(new TextDecoder().decode(response.encode(value, (loss) => lost.push(loss)).bytes));
  return { message: isJsonObject(wire) ? wire : {}, lost };
}

function streamed(events: readonly ChatEvent[]): { readonly frames: readonly Frame[]; readonly lost: readonly Loss[] } {
  const lost: Loss[] = [];
  const encoder = stream.encoder((loss) => lost.push(loss));
  return { frames: [...events.flatMap((event) => encoder.push(event)), ...encoder.end()], lost };
}

/** What the official SDKs' types promise of a message. */
function expectMessage(id: string, message: JsonObject): void {
  const { content, usage, ...rest } = message;
  expect({ id, ...rest }).toMatchObject({
    id: expect.stringMatching(/^msg_./s),
    type: 'message',
    role: 'assistant',
    model: expect.any(String),
    stop_reason: expect.stringMatching(/^(end_turn|max_tokens|tool_use|refusal)$/),
    stop_sequence: null,
  });
  expect(usage).toMatchObject({
    input_tokens: expect.any(Number),
    cache_creation_input_tokens: expect.any(Number),
    cache_read_input_tokens: expect.any(Number),
    output_tokens: expect.any(Number),
  });
  expect(Array.isArray(content)).toBe(true);
  for (const block of blocksIn(message))
    expect(`${id} ${block['type']}`).toMatch(/ (text|thinking|redacted_thinking|tool_use)$/);
}

/** One message, its blocks one after the other, numbered from 0, each frame under its own name, an end, and nothing after it. */
function expectStream(id: string, frames: readonly Frame[]): void {
  const wires = frames.map(wireOf);
  for (const [index, frame] of frames.entries()) expect(`${id} ${frame.event}`).toBe(`${id} ${wires[index]?.['type']}`);
  const said = wires.filter(({ type }) => type !== 'ping');
  const grammar = said.map(({ type, index }) => steps[String(type)]?.(Number(index)) ?? '?').join('');
  expect(`${id} ${grammar}`).toMatch(/ S(?:\(\d+(?:d\d+)*\)\d+)*DE$/);
  const numbers = said.filter(({ type }) => type === 'content_block_start').map(({ index }) => index);
  expect({ id, numbers }).toEqual({ id, numbers: [...numbers.keys()] });
  for (const match of grammar.matchAll(/\((\d+)((?:d\d+)*)\)(\d+)/g)) {
    const [, start, deltas = '', stop] = match;
    expect({ id, stop, strays: deltas.split('d').filter((one) => one !== '' && one !== start) }).toEqual({
      id,
      stop: start,
      strays: [],
    });
  }
  const message = wires.find(({ type }) => type === 'message_start')?.['message'];
  const end = wires.find(({ type }) => type === 'message_delta');
  expect(isJsonObject(message)).toBe(true);
  expect({ id, end }).toMatchObject({
    id,
    end: {
      delta: { stop_reason: expect.stringMatching(/^(end_turn|max_tokens|tool_use|refusal)$/), stop_sequence: null },
      usage: { input_tokens: expect.any(Number), output_tokens: expect.any(Number) },
    },
  });
}

const steps: Readonly<Record<string, (index: number) => string>> = {
  message_start: () => 'S',
  content_block_start: (index) => `(${index}`,
  content_block_delta: (index) => `d${index}`,
  content_block_stop: (index) => `)${index}`,
  message_delta: () => 'D',
  message_stop: () => 'E',
};

function factsOfBlocks(blocks: readonly JsonObject[]): Facts {
  return {
    text: blocks.map(({ type, text }) => (type === 'text' ? text : '')).join(''),
    thoughts: blocks.map(({ type, thinking }) => (type === 'thinking' ? thinking : '')).join(''),
    calls: blocks.flatMap(({ type, id, name, input }) =>
      type === 'tool_use' ? [[foreignId(String(id)), String(name), JSON.stringify(input)] as const] : [],
    ),
  };
}

function factsOfValue({ choices }: ChatResponse): Facts {
  const [first] = choices.toSorted((one, other) => one.index - other.index);
  const parts = first?.message.parts ?? [];
  return {
    text: parts.map((part) => (part.type === 'audio' ? (part.transcript ?? '') : textOf(part))).join(''),
    thoughts: parts.map((part) => (part.type === 'reasoning' && !part.encrypted ? (part.text ?? '') : '')).join(''),
    calls: parts.flatMap((part) =>
      part.type === 'tool-call' ? [[foreignId(part.id), part.name, objectIn(part.arguments)] as const] : [],
    ),
  };
}

function textOf(part: { readonly type: string; readonly text?: string }): string {
  return part.type === 'text' || part.type === 'refusal' ? (part.text ?? '') : '';
}

function factsOfFrames(frames: readonly Frame[]): Facts {
  const blocks = new Map<Json | undefined, { readonly block: JsonObject; said: string }>();
  for (const { type, index, content_block: block, delta } of frames.map(wireOf)) {
    if (type === 'content_block_start' && isJsonObject(block)) blocks.set(index, { block, said: '' });
    const open = blocks.get(index);
    if (type !== 'content_block_delta' || open === undefined || !isJsonObject(delta)) continue;
    const { text = '', thinking = '', partial_json: json = '' } = delta;
    open.said += `${text}${thinking}${json}`;
  }
  const all = [...blocks.values()];
  const saidIn = (kind: string): string => all.map(({ block, said }) => (block['type'] === kind ? said : '')).join('');
  return {
    text: saidIn('text'),
    thoughts: saidIn('thinking'),
    calls: all.flatMap(({ block, said }) =>
      block['type'] === 'tool_use'
        ? [[foreignId(String(block['id'])), String(block['name']), said.trim()] as const]
        : [],
    ),
  };
}

function factsOfEvents(events: readonly ChatEvent[]): Facts {
  const calls = new Map<number, [string, string, string]>();
  let text = '';
  let thoughts = '';
  for (const event of events) {
    if (!('choice' in event) || event.choice !== 0) continue;
    if (event.type === 'text-delta' || event.type === 'refusal-delta') text += event.text;
    if (event.type === 'audio-delta') text += event.transcript ?? '';
    if (event.type === 'reasoning-delta' && event.encrypted === undefined) thoughts += event.text ?? '';
    if (event.type === 'tool-call-start' && event.kind === 'function') {
      calls.set(event.call, [foreignId(event.id), event.name, '']);
    }
    const call = event.type === 'tool-call-delta' ? calls.get(event.call) : undefined;
    if (event.type === 'tool-call-delta' && call !== undefined) call[2] += event.text;
  }
  return { text, thoughts, calls: [...calls.values()].map(([id, name, json]) => [id, name, json.trim()]) };
}

/** One that we made up says nothing. */
function foreignId(id: string): string {
  return /^toolu_.*_\d+$/.test(id) ? '' : id;
}

/** What arguments say; broken ones are told as lost. */
function objectIn(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? JSON.stringify(value) : '{}';
  } catch {
    return '{}';
  }
}

function answerOf(one: Recording): ChatResponse | undefined {
  try {
    return openaiChat.response.decode({ kind: 'json', bytes: bytes(JSON.stringify(one.responseBody)) });
  } catch (thrown) {
    if (thrown instanceof Failure) return undefined;
    throw thrown;
  }
}

function eventsOf(one: Recording): readonly ChatEvent[] {
  const decoder = openaiChat.stream.decoder();
  const events = frameReader()
    .push(bytes(sseText(one)))
    .flatMap((frame) => decoder.push(frame));
  return [...events, ...decoder.end()];
}

function blocksIn({ content }: JsonObject): readonly JsonObject[] {
  return Array.isArray(content) ? content.filter(isJsonObject) : [];
}

function wireOf({ data = 'null' }: Frame): JsonObject {
  const wire: Json = JSON.parse(data);
  return isJsonObject(wire) ? wire : {};
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
