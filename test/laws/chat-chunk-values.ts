import fc, { type Arbitrary } from 'fast-check';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { json, plainly } from './json-values.ts';

/** Chunks as vendors might send them, and as nobody does yet. */
export function streamChunks(): Arbitrary<readonly JsonObject[]> {
  const chunk = some({
    id: fc.constantFrom('c1', 'c2'),
    object: fc.constantFrom('chat.completion.chunk', ''),
    created: fc.constantFrom(1790000000, 1790000001, 1.5),
    model: fc.constantFrom('m', null),
    choices: fc.array(chunkChoice, { maxLength: 2 }).map((all) => all.map((one, index) => ({ ...one, index }))),
    usage: fc.constantFrom(null, { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }),
    x_obfuscation: fc.string(),
    x_groq: fc.oneof(
      json,
      some({ id: fc.string(), usage: fc.constantFrom<Json>(null, 7, { prompt_tokens: 1 }), x: json }),
    ),
    obfuscation: fc.constantFrom<Json>('a', 'ab', 1.5, null),
    system_fingerprint: fc.constantFrom<Json>('fp', 'fq', null),
  });
  return fc.array(chunk, { maxLength: 12 });
}

/** An object with some of these members. */
function some(model: Record<string, Arbitrary<Json>>): Arbitrary<JsonObject> {
  return fc.record(model, { requiredKeys: [] }).map((made) => plainly<JsonObject>(made));
}

const toolItem = some({
  index: fc.constantFrom(0, 1, 2, null),
  id: fc.constantFrom('call_a', 'call_b', '', null),
  type: fc.constantFrom('function', null, 'x_plugin'),
  function: some({
    name: fc.constantFrom('f', '', null),
    arguments: fc.constantFrom('{}', '', 'x', null, { a: 1 }),
    x_more: json,
  }),
  x_item: json,
});

const contentItem: Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>({ type: 'text', text: 'a' }, { type: 'thinking', thinking: [] }, { type: 'text' }, 7),
  fc.constant<Json>({ type: 'thinking', thinking: [{ type: 'text', text: 'b' }], closed: true }),
);

const reasoningItem: Arbitrary<Json> = fc.constantFrom<Json>(
  { type: 'reasoning.text', text: 'r', index: 0 },
  { type: 'reasoning.text', text: 'r', index: 'x' },
  { type: 'reasoning.summary', summary: 'r', index: null },
  { type: 'reasoning.text', text: '', signature: 's' },
  { type: 'reasoning.encrypted', data: 'e' },
  { type: 'x_reasoning' },
);

const delta = some({
  role: fc.constantFrom('assistant', null, ''),
  content: fc.oneof(fc.constantFrom<Json>('', 'a', '🌉', null), fc.array(contentItem, { maxLength: 2 })),
  refusal: fc.constantFrom('no', '', null),
  reasoning: fc.constantFrom('r', '', null),
  reasoning_content: fc.constantFrom('r', 'q', null),
  reasoning_details: fc.array(reasoningItem, { maxLength: 2 }),
  tool_calls: fc.oneof(fc.constant(null), fc.array(toolItem, { maxLength: 3 })),
  audio: fc.constantFrom<Json>(null, { id: 'a' }, { data: 'AAAA', transcript: 't', x: 1 }),
  annotations: fc.constantFrom<Json>(
    [],
    [{ type: 'url_citation', url_citation: { url: 'https://a.example' } }],
    [{ x: 1 }],
  ),
  function_call: fc.constant(null),
  x_delta: json,
});

const chunkChoice = some({
  delta: fc.oneof(delta, fc.constant(null)),
  finish_reason: fc.constantFrom('stop', 'x_tide', '', null),
  logprobs: fc.constantFrom<Json>(null, { content: [], refusal: null }, { content: [{ token: 'a', logprob: -1 }] }),
  x_choice: json,
});
