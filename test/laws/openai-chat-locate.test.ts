import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Carried } from '../../src/core/carried.ts';
import type { ChatRequest } from '../../src/core/chat.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import type { Message, Part } from '../../src/core/message.ts';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import { handmade, recorded } from '../recordings.ts';
import { chatRequests } from './chat-values.ts';

/**
 * A loss is told where it stands in the canonical value; here is where that stands in what the caller sent. Each path is
 * followed in the body that the value was read from, and what is found there must be what the value says.
 */
const suites = [
  { name: 'recorded', cases: recorded('openai-chat') },
  { name: 'hand-made', cases: handmade('openai-chat') },
];

for (const { name, cases } of suites) {
  describe.skipIf(cases.length === 0)(`${name} openai-chat requests`, () => {
    const asked = cases.flatMap(({ id, requestBody: wire }) =>
      isJsonObject(wire) && Array.isArray(wire['messages']) ? [{ id, wire }] : [],
    );

    test('every part and member is found where it stands', () => {
      const paths = asked.reduce((sum, { id, wire }) => sum + expectFound(id, wire), 0);
      console.log(`  ${name} paths located: ${paths} in ${asked.length} cases`);
      expect(paths).toBeGreaterThan(asked.length);
    });

    test('parts that stand apart are told apart', () => {
      for (const { id, wire } of asked) {
        const value = openaiChat.request.decode(body(wire));
        const parts = [...pathsIn(value)].filter(({ path }) => /\]$/.test(path)).map(({ path }) => path);
        const places = parts.map((path) => openaiChat.request.locate(value, path));
        expect({ id, places: new Set(places).size }).toEqual({ id, places: parts.length });
      }
    });
  });
}

test('in any request that openai-chat can say, every part and member is found', () => {
  fc.assert(
    fc.property(chatRequests(), (value) => {
      const { bytes } = openaiChat.request.encode(value, () => {});
      expectFound('generated', JSON.parse(new TextDecoder().decode(bytes)));
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('what nobody knows passes unchanged', () => {
  const value = openaiChat.request.decode(body({ messages: [{ role: 'user', content: 'a' }], max_tokens: 3 }));
  const paths = ['logit_bias', 'messages[9].parts[0]', 'messages[0].name', 'tools[1].name', 'a[0]', ''];
  expect(paths.map((path) => openaiChat.request.locate(value, path))).toEqual(paths);
});

test('members are told by the names that the caller used', () => {
  const value = openaiChat.request.decode(
    body({
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'a' }] },
        { role: 'assistant', content: 'b', tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: 'c', content: 'd' },
      ],
      max_tokens: 3,
      safety_identifier: 'e',
      stop: 'g',
      tool_choice: { type: 'function', function: { name: 'f' } },
      response_format: { type: 'json_schema', json_schema: { name: 'h', schema: { type: 'object' } } },
    }),
  );
  const paths = {
    'messages[0].parts[0].cacheBreakpoint': 'messages[0].content[0].prompt_cache_breakpoint',
    'messages[1].parts[0]': 'messages[1].content',
    'messages[1].parts[1].id': 'messages[1].tool_calls[0].id',
    'messages[2].parts[0].parts[0]': 'messages[2].content',
    'messages[2].parts[0].callId': 'messages[2].tool_call_id',
    'messages[2]': 'messages[2]',
    maxOutputTokens: 'max_tokens',
    endUser: 'safety_identifier',
    'stop[0]': 'stop',
    choices: 'n',
    topK: 'top_k',
    'reasoning.effort': 'reasoning_effort',
    'toolChoice.tool.name': 'tool_choice.function.name',
    'output.schema.type': 'response_format.json_schema.schema.type',
  };
  const located = Object.keys(paths).map((path) => [path, openaiChat.request.locate(value, path)]);
  expect(Object.fromEntries(located)).toEqual(paths);
});

/** Follows every path of a request, and answers how many there are. */
function expectFound(id: string, wire: JsonObject): number {
  const value = openaiChat.request.decode(body(wire));
  const told = [...pathsIn(value)];
  for (const { path, says } of told) {
    const located = openaiChat.request.locate(value, path);
    const found = at(wire, located);
    expect({ id, path, located, isThere: found !== undefined }).toEqual({ id, path, located, isThere: true });
    if (says === undefined) continue;
    expect({ id, path, located, found: text(found) }).toEqual({ id, path, located, found: says });
  }
  return told.length;
}

interface Told {
  readonly path: string;
  /** What must be found there; undefined if only that something is. */
  readonly says: string | undefined;
}

function* pathsIn(value: ChatRequest): Generator<Told> {
  for (const member of Object.keys(value)) {
    if (member !== 'extras' && member !== 'spelling') yield { path: member, says: undefined };
  }
  for (const name of extraNames(value)) yield { path: name, says: undefined };
  for (const [index, message] of value.messages.entries()) yield* pathsInMessage(message, `messages[${index}]`);
  for (const [index, tool] of (value.tools ?? []).entries()) {
    yield { path: `tools[${index}]`, says: undefined };
    if (tool.type !== 'opaque') yield* members(tool, `tools[${index}]`, ['type']);
  }
  if (value.output?.type === 'json-schema') yield* members(value.output, 'output', ['type']);
}

function* pathsInMessage(message: Message, path: string): Generator<Told> {
  if (message.type === 'opaque') return yield { path, says: undefined };
  for (const [index, part] of message.parts.entries()) yield* pathsInPart(part, `${path}.parts[${index}]`);
}

function* pathsInPart(part: Part, path: string): Generator<Told> {
  if (part.type === 'opaque') return yield { path, says: JSON.stringify(part.wire) };
  if (part.type === 'tool-result') {
    yield* members(part, path, ['type', 'parts']);
    for (const [index, one] of part.parts.entries()) yield* pathsInPart(one, `${path}.parts[${index}]`);
    return;
  }
  yield { path, says: undefined };
  yield* members(part, path, ['type', 'citations']);
  if (part.type !== 'text') return;
  for (const [index, citation] of (part.citations ?? []).entries()) {
    yield { path: `${path}.citations[${index}]`, says: undefined };
    if (citation.type === 'citation') yield* members(citation, `${path}.citations[${index}]`, ['type']);
  }
}

function* members(value: Carried, path: string, but: readonly string[]): Generator<Told> {
  const marks = value.spelling?.['openai-chat'];
  for (const [member, said] of Object.entries(value)) {
    if (member === 'extras' || member === 'spelling' || but.includes(member)) continue;
    if (marks?.[member] === 'absent') continue;
    yield { path: `${path}.${member}`, says: exact.has(member) && typeof said === 'string' ? said : undefined };
  }
  for (const name of extraNames(value)) yield { path: `${path}.${name}`, says: undefined };
}

/** Those that a path can name. */
function extraNames({ extras }: Carried): readonly string[] {
  return Object.keys(extras?.['openai-chat'] ?? {}).filter((name) => /^\w+$/.test(name));
}

/** Members that are on the wire what they are in the value. */
const exact = new Set(['text', 'name', 'arguments', 'input', 'id', 'callId', 'detail', 'description', 'url', 'title']);

function text(found: Json | undefined): string {
  return typeof found === 'string' ? found : JSON.stringify(found);
}

/** What stands at a path. */
function at(wire: JsonObject, path: string): Json | undefined {
  const steps = path.split(/\.|\[(\d+)\]\.?/).filter((step) => step !== undefined && step !== '');
  return steps.reduce<Json | undefined>((found, step) => {
    if (Array.isArray(found)) return found[Number(step)];
    return isJsonObject(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  }, wire);
}

function body(wire: JsonObject) {
  return { kind: 'json' as const, bytes: new TextEncoder().encode(JSON.stringify(wire)) };
}
