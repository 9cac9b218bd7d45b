import { describe, expect, test } from 'bun:test';
import { jsonWire, textWire, unlost } from '../../../test/json-wire.ts';
import { refused } from '../../../test/refused.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { decode, encode } from './request-codec.ts';

describe('a wrong type is refused by name', () => {
  const say = (content: Json): Json => [{ role: 'user', content }];
  const block = (one: Json): JsonObject => ({ messages: say([{ type: 'text', text: 'a' }, one]) });
  test.each<[string, JsonObject]>([
    ['messages', {}],
    ['messages', { messages: 'hello' }],
    ['messages[0]', { messages: ['hello'] }],
    ['messages[0].role', { messages: [{ content: 'hello' }] }],
    ['messages[0].content', { messages: [{ role: 'user' }] }],
    ['messages[0].content', { messages: say(7) }],
    ['messages[0].content[1]', block('b')],
    ['messages[0].content[1].type', block({ text: 'a' })],
    ['messages[0].content[1].text', block({ type: 'text', text: 1 })],
    ['messages[0].content[1].source', block({ type: 'image' })],
    ['messages[0].content[1].source.data', block({ type: 'image', source: { type: 'base64' } })],
    ['messages[0].content[1].source.url', block({ type: 'document', source: { type: 'url', url: 5 } })],
    ['messages[0].content[1].id', block({ type: 'tool_use', name: 'f', input: {} })],
    ['messages[0].content[1].name', block({ type: 'tool_use', id: 'a', input: {} })],
    ['messages[0].content[1].input', block({ type: 'tool_use', id: 'a', name: 'f', input: '{}' })],
    ['messages[0].content[1].tool_use_id', block({ type: 'tool_result' })],
    [
      'messages[0].content[1].content[0].text',
      block({ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text' }] }),
    ],
    ['messages[0].content[1].is_error', block({ type: 'tool_result', tool_use_id: 'a', is_error: 'yes' })],
    ['messages[0].content[1].thinking', block({ type: 'thinking', signature: 's' })],
    ['messages[0].content[1].data', block({ type: 'redacted_thinking' })],
    ['system', { system: 7, messages: [] }],
    ['system[0].text', { system: [{ type: 'text' }], messages: [] }],
    ['tools', { messages: [], tools: {} }],
    ['tools[0].name', { messages: [], tools: [{ input_schema: {} }] }],
    ['tools[0].input_schema', { messages: [], tools: [{ name: 'f', input_schema: 'x' }] }],
    ['tool_choice', { messages: [], tool_choice: 'auto' }],
    ['tool_choice.name', { messages: [], tool_choice: { type: 'tool' } }],
    [
      'tool_choice.disable_parallel_tool_use',
      { messages: [], tool_choice: { type: 'auto', disable_parallel_tool_use: 1 } },
    ],
    ['thinking.type', { messages: [], thinking: { type: 1 } }],
    ['thinking.budget_tokens', { messages: [], thinking: { type: 'enabled', budget_tokens: 'all' } }],
    ['output_config.format', { messages: [], output_config: { format: 'json' } }],
    ['output_config.format.schema', { messages: [], output_config: { format: { type: 'json_schema' } } }],
    ['stop_sequences', { messages: [], stop_sequences: 'END' }],
    ['max_tokens', { messages: [], max_tokens: 1.5 }],
    ['temperature', { messages: [], temperature: 'hot' }],
    ['stream', { messages: [], stream: 'yes' }],
    ['metadata.user_id', { messages: [], metadata: { user_id: 7 } }],
  ])('%s', (param, wire) => {
    const problem = refused(() => decode(jsonWire(wire)));
    expect({ kind: problem?.kind, param: problem?.details.param }).toEqual({ kind: 'request-invalid', param });
    expect(problem?.message).toContain(`'${param}'`);
  });
});

test('every member that has a canonical word is said in it', () => {
  const value: unknown = decode({
    ...jsonWire({
      model: 'm',
      max_tokens: 9,
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Hi' }, title: 'n' },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 's' },
            { type: 'redacted_thinking', data: 'e' },
            { type: 'tool_use', id: 't1', name: 'f', input: { a: 1 } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', content: 'x', is_error: true },
            { type: 'text', text: 'Well?' },
          ],
        },
      ],
      tools: [{ name: 'f', description: 'd', input_schema: { type: 'object' }, strict: true }],
      tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true },
      thinking: { type: 'enabled', budget_tokens: 1024, display: 'omitted' },
      output_config: { effort: 'low', format: { type: 'json_schema', schema: { type: 'object' } } },
      metadata: { user_id: 'u' },
      service_tier: 'standard_only',
      stop_sequences: ['a'],
      temperature: 0.5,
      top_p: 0.25,
      top_k: 4,
      stream: true,
    }),
    headers: { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'b' },
  });
  expect(value).toEqual({
    model: 'm',
    maxOutputTokens: 9,
    messages: [
      { type: 'message', role: 'system', parts: [{ type: 'text', text: 'Be brief.', cacheBreakpoint: { ttl: '1h' } }] },
      {
        type: 'message',
        role: 'user',
        parts: [
          { type: 'image', source: { kind: 'base64', mediaType: 'image/png', base64: 'AAAA' } },
          { type: 'file', source: { kind: 'base64', mediaType: 'text/plain', base64: 'SGk=' }, name: 'n' },
        ],
      },
      {
        type: 'message',
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'hm', signature: 's' },
          { type: 'reasoning', encrypted: 'e' },
          { type: 'tool-call', id: 't1', name: 'f', arguments: '{"a":1}' },
        ],
      },
      {
        type: 'message',
        role: 'tool',
        parts: [{ type: 'tool-result', callId: 't1', parts: [{ type: 'text', text: 'x' }], isError: true }],
      },
      { type: 'message', role: 'user', parts: [{ type: 'text', text: 'Well?' }] },
    ],
    tools: [{ type: 'function', name: 'f', description: 'd', schema: { type: 'object' }, strict: true }],
    toolChoice: { type: 'named', tool: { type: 'function', name: 'f' } },
    parallelToolCalls: false,
    reasoning: { enabled: true, effort: 'low', budgetTokens: 1024, visible: false },
    output: { type: 'json-schema', schema: { type: 'object' } },
    endUser: 'u',
    serviceTier: 'default',
    stop: ['a'],
    temperature: 0.5,
    topP: 0.25,
    topK: 4,
    stream: true,
    extras: { 'anthropic-messages': { 'anthropic-beta': 'b' } },
    spelling: { 'anthropic-messages': { 'anthropic-version': '2026-10-21' } },
  });
});

describe('a number that no double holds keeps its digits', () => {
  test.each([
    '{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{"n":12345678901234567891}}]}],"max_tokens":1}',
    '{"messages":[],"max_tokens":1,"tools":[{"name":"f","input_schema":{"type":"object","maximum":12345678901234567891}}]}',
    '{"messages":[],"max_tokens":1,"temperature":0.12345678901234567891,"x":[12345678901234567891]}',
  ])('%s', (text) => {
    const value = decode(textWire(text));
    expect(sorted(encode(value, unlost).bytes)).toEqual(sorted(textWire(text).bytes));
  });

  test('also as the text of arguments', () => {
    const call = { type: 'tool_use', id: 'a', name: 'f', input: { n: 0 } };
    const text = JSON.stringify({ messages: [{ role: 'assistant', content: [call] }] });
    const value = decode(textWire(text.replace('"n":0', '"n":12345678901234567891')));
    expect(value.messages).toEqual([
      {
        type: 'message',
        role: 'assistant',
        parts: [{ type: 'tool-call', id: 'a', name: 'f', arguments: '{"n":12345678901234567891}' }],
      },
    ]);
  });
});

test('a member named __proto__ is a member like any other', () => {
  const text =
    '{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":"a","__proto__":{"x":1}}],"__proto__":3}],"__proto__":2}';
  const value = decode(textWire(text));
  expect(sorted(encode(value, unlost).bytes)).toEqual(sorted(textWire(text).bytes));
});

test('it goes out in the version it came in, and else in the one that every server knows', () => {
  const versions = [{ 'anthropic-version': '2026-10-21' }, { 'anthropic-version': '2023-06-01' }, {}].map(
    (headers) => encode(decode({ ...jsonWire({ messages: [] }), headers }), unlost).headers,
  );
  expect(versions).toEqual([
    { 'anthropic-version': '2026-10-21' },
    { 'anthropic-version': '2023-06-01' },
    { 'anthropic-version': '2023-06-01' },
  ]);
});

test('a choice comes back although there are no tools', () => {
  for (const more of [{}, { tools: [] }]) {
    const wire = {
      ...more,
      messages: [],
      max_tokens: 1,
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    };
    expect(sorted(encode(decode(jsonWire(wire)), unlost).bytes)).toEqual(sorted(jsonWire(wire).bytes));
  }
});

test('the version that others put into the body is nothing that another dialect could lose', () => {
  const wire = { messages: [], max_tokens: 1, anthropic_version: 'vertex-2023-10-16' };
  const value = decode(jsonWire(wire));
  expect(value.extras).toBeUndefined();
  expect(sorted(encode(value, unlost).bytes)).toEqual(sorted(jsonWire(wire).bytes));
});

/** The members of JSON text, with numbers as they are written, in one order. */
function sorted(wire: Uint8Array): readonly string[] {
  return new TextDecoder()
    .decode(wire)
    .split(/[{}[\],]+/)
    .sort();
}
