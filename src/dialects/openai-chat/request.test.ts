import { describe, expect, test } from 'bun:test';
import type { Carried } from '../../core/carried.ts';
import type { ChatRequest } from '../../core/chat.ts';
import { Failure } from '../../core/failure.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Loss } from '../../core/loss.ts';
import type { Part } from '../../core/message.ts';
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
    const problem = refused(() => request.decode(body(wire)));
    expect({ kind: problem?.kind, param: problem?.details.param }).toEqual({ kind: 'request-invalid', param });
    expect(problem?.message).toContain(`'${param}'`);
  });

  test('in OpenAI’s own manner', () => {
    expect(refused(() => request.decode(body({ messages: say(7) })))?.message).toBe(
      "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got an integer instead.",
    );
    expect(refused(() => request.decode(body({})))?.message).toBe("Missing required parameter: 'messages'.");
  });

  test('a body that is no JSON object is refused too', () => {
    for (const text of ['', '{', '[]', '"x"', '\xff']) {
      expect(refused(() => request.decode({ kind: 'json', bytes: bytes(text) }))?.kind).toBe('request-invalid');
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
  const value: unknown = request.decode(body(wire));
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
  expect(request.decode(body({ messages: [], tool_choice: wire }))).toEqual({ messages: [], toolChoice: choice });
});

test('a message with nothing in it still has a content', () => {
  expect(encoded({ messages: [{ type: 'message', role: 'user', parts: [] }] })).toEqual({
    messages: [{ role: 'user', content: '' }],
  });
});

describe('what this dialect has no words for is lost aloud', () => {
  const user = (part: Part): ChatRequest => ({ messages: [{ type: 'message', role: 'user', parts: [part] }] });
  test.each<[string, ChatRequest, Loss[]]>([
    [
      'an image by file id',
      user({ type: 'image', source: { kind: 'file', id: 'f' } }),
      [
        { path: 'messages[0].parts[0]', why: 'no-image-file' },
        { path: 'messages[0]', why: 'empty' },
      ],
    ],
    [
      'a file by URL',
      user({ type: 'file', source: { kind: 'url', url: 'https://a.example' } }),
      [
        { path: 'messages[0].parts[0]', why: 'no-file-url' },
        { path: 'messages[0]', why: 'empty' },
      ],
    ],
    [
      'a signature on text',
      user({ type: 'text', text: 'a', signature: 's' }),
      [{ path: 'messages[0].parts[0].signature', why: 'unsupported' }],
    ],
    [
      'a budget for thinking',
      { messages: [], reasoning: { effort: 'low', budgetTokens: 9 } },
      [{ path: 'reasoning.budgetTokens', why: 'unsupported' }],
    ],
    [
      'a failed tool',
      {
        messages: [
          { type: 'message', role: 'tool', parts: [{ type: 'tool-result', callId: 'c', parts: [], isError: true }] },
        ],
      },
      [{ path: 'messages[0].parts[0].isError', why: 'unsupported' }],
    ],
    [
      'what is said between calls',
      {
        messages: [
          {
            type: 'message',
            role: 'assistant',
            parts: [
              { type: 'tool-call', id: 'c', name: 'f', arguments: '{}' },
              { type: 'text', text: 'and then' },
            ],
          },
        ],
      },
      [{ path: 'messages[0]', why: 'part-order' }],
    ],
    [
      'what another dialect carries',
      foreign({ messages: [], extras: { other: { top_secret: 1 } } }),
      [{ path: 'top_secret', why: 'unsupported' }],
    ],
    [
      'a part of another dialect',
      user(foreign({ type: 'opaque', dialect: 'other', wire: {} })),
      [
        { path: 'messages[0].parts[0]', why: 'only-other' },
        { path: 'messages[0]', why: 'empty' },
      ],
    ],
  ])('%s', (_, value, losses) => {
    const lost: Loss[] = [];
    request.encode(value, (loss) => void lost.push(loss));
    expect(lost).toEqual(losses);
  });
});

test('results of several tools become a message each', () => {
  const results: readonly Part[] = ['a', 'b'].map((callId) => ({
    type: 'tool-result',
    callId,
    parts: [{ type: 'text', text: callId }],
  }));
  expect(encoded({ messages: [{ type: 'message', role: 'tool', parts: results }] })).toEqual({
    messages: [
      { role: 'tool', tool_call_id: 'a', content: 'a' },
      { role: 'tool', tool_call_id: 'b', content: 'b' },
    ],
  });
});

test('reasoning with a seal goes out as a detail, the only form that holds one', () => {
  const parts: readonly Part[] = [{ type: 'reasoning', text: 'hm', signature: 's' }];
  expect(encoded({ messages: [{ type: 'message', role: 'assistant', parts }] })).toEqual({
    messages: [
      { role: 'assistant', content: null, reasoning_details: [{ type: 'reasoning.text', text: 'hm', signature: 's' }] },
    ],
  });
});

describe('of another vendor', () => {
  const encode = (value: ChatRequest): unknown => encoded(value);

  test('a cache breakpoint of a tool or a call comes back as it was written', () => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
    const tool = { type: 'function', function: { name: 'f' } };
    const wire = {
      messages: [
        {
          role: 'assistant',
          content: 'a',
          tool_calls: [
            { ...call, cache_control: { type: 'ephemeral', ttl: '1h' } },
            { ...call, prompt_cache_breakpoint: { mode: 'explicit' } },
          ],
        },
      ],
      tools: [{ ...tool, cache_control: { type: 'ephemeral' } }],
    };
    const value = request.decode(body(wire));
    const [message] = value.messages;
    expect(message?.type === 'message' && message.parts.slice(1)).toMatchObject([
      { cacheBreakpoint: { ttl: '1h' } },
      { cacheBreakpoint: {} },
    ]);
    expect(value.tools).toMatchObject([{ cacheBreakpoint: {} }]);
    expect(encode(value)).toEqual(wire);
  });

  test('the numbers of calls and thoughts come back, and are nothing that another dialect could lose', () => {
    const call = { id: 'c', type: 'function', index: 3, function: { name: 'f', arguments: '{}' } };
    const detail = { type: 'reasoning.text', text: 'Hm.', index: 0 };
    const wire = { messages: [{ role: 'assistant', content: 'a', reasoning_details: [detail], tool_calls: [call] }] };
    const value = request.decode(body(wire));
    const [message] = value.messages;
    expect(message?.type === 'message' && message.parts.filter(({ extras }: Carried) => extras !== undefined)).toEqual(
      [],
    );
    expect(encode(value)).toEqual(wire);
  });

  test('calls that an assistant makes in two messages come back in two', () => {
    const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } });
    const wire = {
      messages: [
        { role: 'assistant', content: null, tool_calls: [call('a')] },
        { role: 'assistant', content: 'b', tool_calls: [call('b')] },
        { role: 'tool', tool_call_id: 'a', content: 'x' },
      ],
    };
    expect(encode(request.decode(body(wire)))).toEqual(wire);
  });
});

test('a member named __proto__ is a member like any other', () => {
  const text =
    '{"messages":[{"role":"user","content":"a","__proto__":{"x":1}}],"metadata":{"__proto__":"b"},"__proto__":2}';
  const value = request.decode({ kind: 'json', bytes: bytes(text) });
  expect(JSON.stringify(sorted(request.encode(value, fail).bytes))).toBe(JSON.stringify(sorted(bytes(text))));
});

function spelling(part: object, words: object): unknown {
  return { ...part, spelling: { 'openai-chat': words } };
}

function encoded(value: ChatRequest): unknown {
  return JSON.parse(new TextDecoder().decode(request.encode(value, fail).bytes));
}

/** A value as only a dialect could make it that is not there yet. */
function foreign<T>(value: unknown): T {
  return value as T;
}

function sorted(wire: Uint8Array): unknown {
  return Object.entries(JSON.parse(new TextDecoder().decode(wire))).sort(([a], [b]) => (a < b ? -1 : 1));
}

function refused(act: () => unknown): Failure | undefined {
  try {
    act();
    return undefined;
  } catch (problem) {
    if (problem instanceof Failure) return problem;
    throw problem;
  }
}

function fail(loss: Loss): never {
  throw new Error(`lost ${JSON.stringify(loss)}`);
}

function body(wire: JsonObject) {
  return { kind: 'json' as const, bytes: bytes(JSON.stringify(wire)) };
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
