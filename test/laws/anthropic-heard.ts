import { expect } from 'bun:test';
import type { ChatEvent, ChatResponse } from '../../src/core/chat.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import type { Loss } from '../../src/core/loss.ts';
import { response } from '../../src/dialects/anthropic-messages/response.ts';
import { stream } from '../../src/dialects/anthropic-messages/stream.ts';
import type { Frame } from '../../src/dialects/sse.ts';

/** What an answer says, in the plainest words. */
interface Facts {
  readonly text: string;
  readonly thoughts: string;
  readonly calls: readonly (readonly [id: string, name: string, input: string])[];
}

export function whole(value: ChatResponse): { readonly message: JsonObject; readonly lost: readonly Loss[] } {
  const lost: Loss[] = [];
  const wire: Json = JSON.parse(new TextDecoder().decode(response.encode(value, (loss) => lost.push(loss)).bytes));
  return { message: isJsonObject(wire) ? wire : {}, lost };
}

export function streamed(events: readonly ChatEvent[]): {
  readonly frames: readonly Frame[];
  readonly lost: readonly Loss[];
} {
  const lost: Loss[] = [];
  const encoder = stream.encoder((loss) => lost.push(loss));
  return { frames: [...events.flatMap((event) => encoder.push(event)), ...encoder.end()], lost };
}

/** What the official SDKs' types promise of a message. */
export function expectMessage(id: string, message: JsonObject): void {
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
export function expectStream(id: string, frames: readonly Frame[]): void {
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

export function factsOfBlocks(blocks: readonly JsonObject[]): Facts {
  return {
    text: blocks.map(({ type, text }) => (type === 'text' ? text : '')).join(''),
    thoughts: blocks.map(({ type, thinking }) => (type === 'thinking' ? thinking : '')).join(''),
    calls: blocks.flatMap(({ type, id, name, input }) =>
      type === 'tool_use' ? [[foreignId(String(id)), String(name), JSON.stringify(input)] as const] : [],
    ),
  };
}

export function factsOfValue({ choices }: ChatResponse): Facts {
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

export function factsOfFrames(frames: readonly Frame[]): Facts {
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

export function factsOfEvents(events: readonly ChatEvent[]): Facts {
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

export function blocksIn({ content }: JsonObject): readonly JsonObject[] {
  return Array.isArray(content) ? content.filter(isJsonObject) : [];
}

function wireOf({ data = 'null' }: Frame): JsonObject {
  const wire: Json = JSON.parse(data);
  return isJsonObject(wire) ? wire : {};
}
