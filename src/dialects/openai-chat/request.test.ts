import { describe, expect, test } from 'bun:test';
import { jsonWire, textWire, unlost } from '../../../test/json-wire.ts';
import { refused } from '../../../test/refused.ts';
import { encoded } from '../../../test/rooms/openai-encoded.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { request } from './request.ts';

describe('a wrong type is refused by name', () => {
  const say = (content: Json): Json => [{ role: 'user', content }];
  test.each<[string, JsonObject]>([
    ['messages', {}],
    ['messages', { messages: 'hello' }],
    ['messages[0]', { messages: ['hello'] }],
    ['messages[0].role', { messages: [{ content: 'hello' }] }],
    ['messages[0].content', { messages: [{ role: 'user' }] }],
    ['messages[0].content', { messages: say(7) }],
    ['messages[0].content[1]', { messages: say([{ type: 'text', text: 'a' }, 'b']) }],
    ['messages[0].content[0].type', { messages: say([{ text: 'a' }]) }],
    ['messages[0].content[0].text', { messages: say([{ type: 'text', text: 1 }]) }],
    ['messages[0].content[0].image_url.url', { messages: say([{ type: 'image_url', image_url: { url: 5 } }]) }],
    ['messages[0].content[0].input_audio.data', { messages: say([{ type: 'input_audio', input_audio: {} }]) }],
    ['messages[0].tool_calls', { messages: [{ role: 'assistant', tool_calls: {} }] }],
    [
      'messages[0].tool_calls[0].function.name',
      { messages: [{ role: 'assistant', tool_calls: [{ type: 'function', function: {} }] }] },
    ],
    ['messages[0].tool_call_id', { messages: [{ role: 'tool', content: 'x' }] }],
    ['tools', { messages: [], tools: {} }],
    ['tools[0].function.name', { messages: [], tools: [{ type: 'function', function: { name: 3 } }] }],
    [
      'tools[0].function.parameters',
      { messages: [], tools: [{ type: 'function', function: { name: 'f', parameters: 'x' } }] },
    ],
    ['tool_choice', { messages: [], tool_choice: 1 }],
    ['response_format.type', { messages: [], response_format: {} }],
    ['response_format.json_schema', { messages: [], response_format: { type: 'json_schema' } }],
    ['stop', { messages: [], stop: 4 }],
    ['stop', { messages: [], stop: ['a', 4] }],
    ['max_tokens', { messages: [], max_tokens: 'many' }],
    ['max_completion_tokens', { messages: [], max_completion_tokens: 1.5 }],
    ['temperature', { messages: [], temperature: 'hot' }],
    ['stream', { messages: [], stream: 'yes' }],
    ['metadata', { messages: [], metadata: [] }],
  ])('%s', (param, wire) => {
    const problem = refused(() => request.decode(jsonWire(wire)));
    expect({ kind: problem?.kind, param: problem?.details.param }).toEqual({ kind: 'request-invalid', param });
    expect(problem?.message).toContain(`'${param}'`);
  });

  test('in OpenAI’s own manner', () => {
    expect(refused(() => request.decode(jsonWire({ messages: say(7) })))?.message).toBe(
      "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got an integer instead.",
    );
    expect(refused(() => request.decode(jsonWire({})))?.message).toBe("Missing required parameter: 'messages'.");
  });

  test('a body that is no JSON object is refused too', () => {
    for (const text of ['', '{', '[]', '"x"', '\xff']) {
      expect(refused(() => request.decode(textWire(text)))?.kind).toBe('request-invalid');
    }
  });
});

test('every member that has a canonical word is said in it', () => {
  const wire: JsonObject = {
    model: 'm',
    messages: [
      { role: 'developer', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
          { type: 'image_url', image_url: { url: 'https://a.example/b.png' } },
          { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' } },
          { type: 'file', file: { file_data: 'AAAA' } },
          { type: 'file', file: { file_data: 'https://a.example/b.pdf' } },
          { type: 'file', file: { file_id: 'file-1' } },
          { type: 'document_url', document_url: 'https://a.example/c.pdf', document_name: 'c' },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
          { type: 'text', text: 'Go.', prompt_cache_breakpoint: { mode: 'explicit', ttl: '1h' } },
        ],
      },
    ],
    tools: [
      { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' }, strict: true } },
      {
        type: 'custom',
        custom: { name: 'g', format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } } },
      },
    ],
    tool_choice: { type: 'function', function: { name: 'f' } },
    parallel_tool_calls: false,
    response_format: { type: 'json_schema', json_schema: { name: 'n', description: 'd', schema: {}, strict: true } },
    n: 2,
    max_completion_tokens: 9,
    stop: ['a', 'b'],
    temperature: 0.5,
    top_p: 0.25,
    top_k: 4,
    frequency_penalty: 0.125,
    presence_penalty: -1,
    seed: 7,
    logprobs: true,
    top_logprobs: 3,
    reasoning_effort: 'low',
    modalities: ['text'],
    service_tier: 'flex',
    user: 'u',
    metadata: { a: 'b' },
    stream: true,
  };
  const value: unknown = request.decode(jsonWire(wire));
  expect(value).toEqual({
    model: 'm',
    messages: [
      { type: 'message', role: 'developer', parts: [{ type: 'text', text: 'Be brief.' }] },
      {
        type: 'message',
        role: 'user',
        parts: [
          { type: 'image', source: { kind: 'base64', mediaType: 'image/png', base64: 'AAAA' }, detail: 'low' },
          { type: 'image', source: { kind: 'url', url: 'https://a.example/b.png' } },
          { type: 'file', source: { kind: 'base64', mediaType: 'application/pdf', base64: 'AAAA' }, name: 'a.pdf' },
          spelling({ type: 'file', source: { kind: 'base64', base64: 'AAAA' } }, { name: 'absent' }),
          spelling({ type: 'file', source: { kind: 'url', url: 'https://a.example/b.pdf' } }, { source: 'url' }),
          { type: 'file', source: { kind: 'file', id: 'file-1' } },
          spelling(
            { type: 'file', source: { kind: 'url', url: 'https://a.example/c.pdf' }, name: 'c' },
            { form: 'document_url' },
          ),
          { type: 'audio', source: { kind: 'base64', mediaType: 'audio/mp3', base64: 'AAAA' } },
          { type: 'text', text: 'Go.', cacheBreakpoint: { ttl: '1h' } },
        ],
        spelling: { 'openai-chat': { parts: 'list' } },
      },
    ],
    tools: [
      { type: 'function', name: 'f', description: 'd', schema: { type: 'object' }, strict: true },
      { type: 'custom', name: 'g', grammar: { syntax: 'lark', definition: 'x' } },
    ],
    toolChoice: { type: 'named', tool: { type: 'function', name: 'f' } },
    parallelToolCalls: false,
    output: { type: 'json-schema', name: 'n', description: 'd', schema: {}, strict: true },
    choices: 2,
    maxOutputTokens: 9,
    stop: ['a', 'b'],
    temperature: 0.5,
    topP: 0.25,
    topK: 4,
    frequencyPenalty: 0.125,
    presencePenalty: -1,
    seed: 7,
    logprobs: true,
    topLogprobs: 3,
    reasoning: { effort: 'low' },
    modalities: ['text'],
    serviceTier: 'flex',
    endUser: 'u',
    metadata: { a: 'b' },
    stream: true,
  });
});

test.each([
  ['auto', { type: 'auto' }],
  ['none', { type: 'none' }],
  ['required', { type: 'required' }],
  [
    { type: 'custom', custom: { name: 'g' } },
    { type: 'named', tool: { type: 'custom', name: 'g' } },
  ],
  [
    { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] } },
    { type: 'allowed', required: false, tools: [{ type: 'function', name: 'f' }] },
  ],
  ['tomorrow', { type: 'opaque', dialect: 'openai-chat', wire: 'tomorrow' }],
] as const)('tool_choice %j has its own word', (wire, choice) => {
  expect(request.decode(jsonWire({ messages: [], tool_choice: wire }))).toEqual({ messages: [], toolChoice: choice });
});

test('a message with nothing in it still has a content', () => {
  expect(encoded({ messages: [{ type: 'message', role: 'user', parts: [] }] })).toEqual({
    messages: [{ role: 'user', content: '' }],
  });
});

test('a member named __proto__ is a member like any other', () => {
  const text =
    '{"messages":[{"role":"user","content":"a","__proto__":{"x":1}}],"metadata":{"__proto__":"b"},"__proto__":2}';
  const value = request.decode(textWire(text));
  expect(JSON.stringify(sorted(request.encode(value, unlost).bytes))).toBe(
    JSON.stringify(sorted(textWire(text).bytes)),
  );
});

function spelling(part: object, words: object): unknown {
  return { ...part, spelling: { 'openai-chat': words } };
}

function sorted(wire: Uint8Array): unknown {
  return Object.entries(JSON.parse(new TextDecoder().decode(wire))).sort(([a], [b]) => (a < b ? -1 : 1));
}
