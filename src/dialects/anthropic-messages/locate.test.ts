import { expect, test } from 'bun:test';
import type { JsonObject } from '../../core/json.ts';
import { locate } from './locate.ts';
import { decode } from './request-codec.ts';

const wire: JsonObject = {
  model: 'm',
  max_tokens: 9,
  system: [
    { type: 'text', text: 'a' },
    { type: 'text', text: 'b' },
  ],
  thinking: { type: 'enabled', budget_tokens: 1024 },
  messages: [
    { role: 'user', content: 'How deep?' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'f', input: {} }] },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 't1', content: 'x' },
        { type: 'tool_result', tool_use_id: 't2', content: [{ type: 'text', text: 'y' }], is_error: true },
        { type: 'text', text: 'And?' },
        { type: 'document', title: 'd', source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' } },
      ],
    },
    { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature: 's' }] },
  ],
};

test.each([
  ['messages[0]', 'system'],
  ['messages[0].parts[1]', 'system[1]'],
  ['messages[0].parts[1].cacheBreakpoint', 'system[1].cache_control'],
  ['messages[1]', 'messages[0]'],
  ['messages[1].parts[0]', 'messages[0].content'],
  ['messages[1].parts[0].text', 'messages[0].content'],
  ['messages[1].x_note', 'messages[0].x_note'],
  ['messages[2].parts[0].arguments', 'messages[1].content[0].input'],
  ['messages[2].parts[0].caller', 'messages[1].content[0].caller'],
  ['messages[3]', 'messages[2]'],
  ['messages[3].parts[0].parts[0]', 'messages[2].content[0].content'],
  ['messages[3].parts[1].parts[0].text', 'messages[2].content[1].content[0].text'],
  ['messages[3].parts[1].isError', 'messages[2].content[1].is_error'],
  ['messages[3].parts[1].callId', 'messages[2].content[1].tool_use_id'],
  ['messages[4]', 'messages[2]'],
  ['messages[4].parts[0].text', 'messages[2].content[2].text'],
  ['messages[4].parts[1].name', 'messages[2].content[3].title'],
  ['messages[4].parts[1].source.mediaType', 'messages[2].content[3].source.media_type'],
  ['messages[5].parts[0].text', 'messages[3].content[0].thinking'],
  ['messages[5].parts[0].signature', 'messages[3].content[0].signature'],
  ['messages[9].parts[0]', 'messages[9].parts[0]'],
  ['tools[1]', 'tools[1]'],
  ['tools[1].schema', 'tools[1].input_schema'],
  ['tools[1].cacheBreakpoint.ttl', 'tools[1].cache_control.ttl'],
  ['tools[1].defer_loading', 'tools[1].defer_loading'],
  ['toolChoice', 'tool_choice'],
  ['parallelToolCalls', 'tool_choice.disable_parallel_tool_use'],
  ['maxOutputTokens', 'max_tokens'],
  ['stop[1]', 'stop_sequences[1]'],
  ['topP', 'top_p'],
  ['topK', 'top_k'],
  ['temperature', 'temperature'],
  ['serviceTier', 'service_tier'],
  ['endUser', 'metadata.user_id'],
  ['output', 'output_config.format'],
  ['output.schema', 'output_config.format.schema'],
  ['reasoning', 'thinking'],
  ['reasoning.enabled', 'thinking.type'],
  ['reasoning.budgetTokens', 'thinking.budget_tokens'],
  ['reasoning.visible', 'thinking.display'],
  ['reasoning.effort', 'output_config.effort'],
  ['container', 'container'],
  ['thinking', 'thinking'],
  ['anthropic-beta', 'anthropic-beta'],
])('%s is %s', (path, located) => {
  expect(locate(decode(body(wire)), path)).toBe(located);
});

test('a format that stood where the beta had it is located there', () => {
  const value = decode(body({ messages: [], output_format: { type: 'json_schema', schema: {} } }));
  expect(locate(value, 'output.schema')).toBe('output_format.schema');
});

test('a request that asks for an effort alone says so as a whole', () => {
  expect(locate(decode(body({ messages: [], output_config: { effort: 'low' } })), 'reasoning')).toBe(
    'output_config.effort',
  );
});

test('an instruction inside the conversation is located there', () => {
  const value = decode(
    body({
      system: 'a',
      messages: [
        { role: 'user', content: 'b' },
        { role: 'system', content: [{ type: 'text', text: 'c' }] },
      ],
    }),
  );
  expect(locate(value, 'messages[2].parts[0].text')).toBe('messages[1].content[0].text');
});

test('a member named like what every object has is located by its own name', () => {
  const value = decode(
    body({ messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'u' } }] }] }),
  );
  for (const member of ['__proto__', 'constructor', 'source.toString']) {
    expect(locate(value, `messages[0].parts[0].${member}`)).toBe(`messages[0].content[0].${member}`);
  }
  expect(locate(value, 'tools[0].valueOf')).toBe('tools[0].valueOf');
});

function body(wire: JsonObject) {
  return { kind: 'json' as const, bytes: new TextEncoder().encode(JSON.stringify(wire)) };
}
