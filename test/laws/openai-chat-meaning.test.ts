import { describe, expect, test } from 'bun:test';
import type { ChatEvent, ChatResponse } from '../../src/core/chat.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import type { Part } from '../../src/core/message.ts';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import { handmade, type Recording, recorded } from '../recordings.ts';

/**
 * That everything comes back would also hold of a codec that understood nothing and carried all of it. Here the same is read off
 * the wire by hand, in the plainest way, and compared with what the canonical value says.
 */
const suites = [
  { name: 'recorded', cases: recorded('openai-chat') },
  { name: 'hand-made', cases: handmade('openai-chat') },
];

for (const { name, cases } of suites) {
  const run = test.skipIf(cases.length === 0);

  describe(`${name} openai-chat traffic is understood`, () => {
    run('what is asked', () => {
      const asked = cases.flatMap((one) =>
        isJsonObject(one.requestBody) && isList(one.requestBody['messages']) ? [{ one, wire: one.requestBody }] : [],
      );
      for (const { one, wire } of asked) {
        const value = openaiChat.request.decode(body(wire));
        const parts = value.messages.flatMap((message) => (message.type === 'message' ? message.parts : []));
        const inner = parts.flatMap((part) => (part.type === 'tool-result' ? part.parts : [part]));
        const messages = objects(wire['messages']);
        expectSame(
          {
            id: one.id,
            roles: value.messages.map((message) => (message.type === 'message' ? message.role : 'other')),
            text: inner.map((part) => (part.type === 'text' ? part.text : '')).join(''),
            calls: parts.flatMap(callOf),
            results: parts.flatMap((part) => (part.type === 'tool-result' ? [part.callId] : [])),
            images: inner.filter((part) => part.type === 'image').length,
            tools: (value.tools ?? []).flatMap((tool) => (tool.type === 'opaque' ? [] : [tool.name])),
            limit: value.maxOutputTokens,
            stream: value.stream,
            effort: value.reasoning?.effort,
          },
          {
            id: one.id,
            roles: messages.map(({ role }) => (known.has(String(role)) ? String(role) : 'other')),
            text: messages
              .filter(({ role }) => known.has(String(role)))
              .map(({ content }) => textOf(content))
              .join(''),
            calls: messages.flatMap(({ tool_calls }) => objects(tool_calls).flatMap(wireCall)),
            results: messages.flatMap(({ tool_call_id }) => (typeof tool_call_id === 'string' ? [tool_call_id] : [])),
            images: messages.flatMap(({ content }) => objects(content).filter(({ type }) => type === 'image_url'))
              .length,
            tools: objects(wire['tools']).flatMap((tool) => nameOf(tool['function'] ?? tool['custom'])),
            limit: wire['max_completion_tokens'] ?? wire['max_tokens'] ?? undefined,
            stream: wire['stream'] ?? undefined,
            effort: wire['reasoning_effort'],
          },
        );
      }
      console.log(`  ${name} requests understood: ${asked.length} cases`);
      expect(asked.length).toBeGreaterThan(0);
    });

    run('what is answered', () => {
      const answers = cases.flatMap((one) => (isAnswer(one) ? [{ one, wire: one.responseBody }] : []));
      for (const { one, wire } of answers) {
        const value = openaiChat.response.decode(body(wire));
        expectSame({ id: one.id, ...toldIn(value) }, { id: one.id, ...wireTold(wire) });
      }
      console.log(`  ${name} answers understood: ${answers.length} cases`);
      expect(answers.length).toBeGreaterThan(0);
    });

    run('what is streamed', () => {
      const streams = cases.flatMap((one) => (one.responseChunks === undefined ? [] : [one]));
      for (const one of streams) {
        const decoder = openaiChat.stream.decoder();
        const events = (one.responseChunks ?? []).flatMap(({ data }) =>
          data === undefined ? [] : decoder.push({ data }),
        );
        expectSame({ id: one.id, ...streamed(events) }, { id: one.id, ...wireStreamed(one) });
      }
      console.log(`  ${name} streams understood: ${streams.length} cases`);
      expect(streams.length).toBeGreaterThan(0);
    });
  });
}

const known = new Set(['system', 'developer', 'user', 'assistant', 'tool']);

function expectSame(told: unknown, read: unknown): void {
  expect(told).toEqual(read);
}

function toldIn(value: ChatResponse) {
  return {
    model: value.model,
    texts: value.choices.map(({ message }) =>
      message.parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    ),
    thoughts: value.choices.map(({ message }) =>
      message.parts.map((part) => (part.type === 'reasoning' ? (part.text ?? '') : '')).join(''),
    ),
    refusals: value.choices.map(({ message }) =>
      message.parts.map((part) => (part.type === 'refusal' ? part.text : '')).join(''),
    ),
    calls: value.choices.flatMap(({ message }) => message.parts.flatMap(callOf)),
    finishes: value.choices.map(({ finish }) => finish?.raw?.wire),
    usage: value.usage?.raw?.wire,
  };
}

function wireTold(wire: JsonObject) {
  const messages = objects(wire['choices']).map(({ message }) => (isJsonObject(message) ? message : {}));
  return {
    model: typeof wire['model'] === 'string' ? wire['model'] : undefined,
    texts: messages.map(({ content }) => textOf(content)),
    thoughts: messages.map(thoughtOf),
    refusals: messages.map(({ refusal }) => (typeof refusal === 'string' ? refusal : '')),
    calls: messages.flatMap(({ tool_calls }) => objects(tool_calls).flatMap(wireCall)),
    finishes: objects(wire['choices']).map(({ finish_reason }) => finish_reason || undefined),
    usage: wire['usage'] ?? undefined,
  };
}

function streamed(events: readonly ChatEvent[]) {
  return {
    text: events.map((event) => (event.type === 'text-delta' ? event.text : '')).join(''),
    thought: events.map((event) => (event.type === 'reasoning-delta' ? (event.text ?? '') : '')).join(''),
    refusal: events.map((event) => (event.type === 'refusal-delta' ? event.text : '')).join(''),
    names: events.flatMap((event) => (event.type === 'tool-call-start' && event.name !== '' ? [event.name] : [])),
    inputs: events.map((event) => (event.type === 'tool-call-delta' ? event.text : '')).join(''),
    finishes: events.flatMap((event) => (event.type === 'finish' ? [event.finish.raw?.wire] : [])),
    usages: events.flatMap((event) => (event.type === 'usage' ? [event.usage.raw?.wire] : [])),
    isWhole: events.some(({ type }) => type === 'response-end'),
  };
}

function wireStreamed({ responseChunks = [] }: Recording) {
  const chunks = responseChunks.flatMap(({ data = '' }) => objects([parsed(data)]));
  const deltas = chunks.flatMap(({ choices }) =>
    objects(choices).map(({ delta }) => (isJsonObject(delta) ? delta : {})),
  );
  const items = deltas
    .flatMap(({ tool_calls }) => objects(tool_calls))
    .map((item) => item['function'] ?? item['custom'] ?? null);
  return {
    text: deltas.map(({ content }) => textOf(content)).join(''),
    thought: deltas.map(thoughtOf).join(''),
    refusal: deltas.map(({ refusal }) => (typeof refusal === 'string' ? refusal : '')).join(''),
    names: items.flatMap(nameOf),
    inputs: items.map(inputOf).join(''),
    finishes: chunks
      .flatMap(({ choices }) => objects(choices))
      .flatMap(({ finish_reason: word }) => (typeof word === 'string' && word !== '' ? [word] : [])),
    usages: chunks.flatMap(({ usage, x_groq: groq }) =>
      objects([usage ?? (isJsonObject(groq) ? groq['usage'] : null) ?? null]),
    ),
    isWhole: responseChunks.some(({ data }) => data?.trim() === '[DONE]'),
  };
}

/** The text of a content, or of the text parts of one. */
function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  return objects(content)
    .map(({ type, text }) => (type === 'text' && typeof text === 'string' ? text : ''))
    .join('');
}

/** Each thought once: OpenRouter's details repeat what stands beside them. */
function thoughtOf({ reasoning, reasoning_content, reasoning_details, content }: JsonObject): string {
  const details = objects(reasoning_details)
    .map(({ text, summary }) => (typeof text === 'string' ? text : typeof summary === 'string' ? summary : ''))
    .join('');
  const plain = [reasoning_content, reasoning].find((one) => typeof one === 'string') ?? '';
  const within = objects(content)
    .flatMap(({ thinking }) => objects(thinking))
    .map(textIn)
    .join('');
  const beside = objects(reasoning_details).length === 0 || plain !== details ? `${String(plain)}${details}` : details;
  return `${beside}${within}`;
}

function textIn({ text }: JsonObject): string {
  return typeof text === 'string' ? text : '';
}

function callOf(part: Part): readonly unknown[] {
  if (part.type === 'tool-call') return [{ id: part.id, name: part.name, input: part.arguments }];
  return part.type === 'custom-call' ? [{ id: part.id, name: part.name, input: part.input }] : [];
}

function wireCall(call: JsonObject): readonly unknown[] {
  const inner = isJsonObject(call['custom']) && call['type'] === 'custom' ? call['custom'] : call['function'];
  if (!isJsonObject(inner)) return [];
  return [{ id: String(call['id'] ?? ''), name: inner['name'], input: inputOf(inner) }];
}

function inputOf(inner: Json): string {
  if (!isJsonObject(inner)) return '';
  const input = inner['arguments'] ?? inner['input'] ?? '';
  return typeof input === 'string' ? input : JSON.stringify(input);
}

function nameOf(inner: Json | undefined): readonly string[] {
  return isJsonObject(inner) && typeof inner['name'] === 'string' && inner['name'] !== '' ? [inner['name']] : [];
}

function isAnswer(one: Recording): one is Recording & { readonly responseBody: JsonObject } {
  const { responseBody } = one;
  return (
    one.status < 300 &&
    isJsonObject(responseBody) &&
    isList(responseBody['choices']) &&
    objects(responseBody['choices']).every(({ message }) => isJsonObject(message))
  );
}

function objects(found: Json | undefined): readonly JsonObject[] {
  return isList(found) ? found.filter(isJsonObject) : [];
}

function isList(found: Json | undefined): found is readonly Json[] {
  return Array.isArray(found);
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function body(wire: JsonObject) {
  return { kind: 'json' as const, bytes: new TextEncoder().encode(JSON.stringify(wire)) };
}
