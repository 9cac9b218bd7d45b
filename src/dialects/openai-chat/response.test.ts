import { describe, expect, test } from 'bun:test';
import { jsonWire, unlost } from '../../../test/json-wire.ts';
import { refused } from '../../../test/refused.ts';
import type { ChatResponse, Finish } from '../../core/chat.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Loss } from '../../core/loss.ts';
import type { Citation, Part } from '../../core/message.ts';
import { response } from './response.ts';

const said = { role: 'assistant', content: 'Deep.' };

test('an answer is said in canonical words', () => {
  const wire: JsonObject = {
    id: 'c',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'm',
    service_tier: 'flex',
    choices: [
      {
        index: 1,
        message: {
          role: 'assistant',
          content: 'Deep.',
          refusal: 'No.',
          reasoning_content: 'Hm.',
          annotations: [
            {
              type: 'url_citation',
              url_citation: { url: 'https://a.example', title: 't', start_index: 0, end_index: 4 },
            },
          ],
          audio: { id: 'a', data: 'AAAA', transcript: 'Deep.', expires_at: 1_790_000_060 },
          tool_calls: [
            { id: 't', type: 'function', function: { name: 'f', arguments: '{' } },
            { id: 'u', type: 'custom', custom: { name: 'g', input: 'x' } },
          ],
        },
        finish_reason: 'tool_calls',
        logprobs: { content: [{ token: 'a', logprob: -1, bytes: [97], top_logprobs: [] }] },
      },
    ],
    usage: { prompt_tokens: 5, completion_tokens: 4, total_tokens: 9, prompt_tokens_details: { cached_tokens: 2 } },
  };
  expect(response.decode(jsonWire(wire))).toEqual({
    id: 'c',
    createdAt: 1_790_000_000_000,
    model: 'm',
    serviceTier: 'flex',
    choices: [
      {
        index: 1,
        message: {
          type: 'message',
          role: 'assistant',
          parts: [
            { type: 'reasoning', text: 'Hm.' },
            {
              type: 'text',
              text: 'Deep.',
              citations: [{ type: 'citation', url: 'https://a.example', title: 't', start: 0, end: 4 }],
            },
            { type: 'refusal', text: 'No.' },
            {
              type: 'audio',
              source: { kind: 'base64', base64: 'AAAA' },
              id: 'a',
              transcript: 'Deep.',
              expiresAt: 1_790_000_060_000,
            },
            { type: 'tool-call', id: 't', name: 'f', arguments: '{' },
            { type: 'custom-call', id: 'u', name: 'g', input: 'x' },
          ],
        },
        finish: { reason: 'tool-calls', raw: { dialect: 'openai-chat', wire: 'tool_calls' } },
        logprobs: { content: [{ token: 'a', logprob: -1, bytes: [97], top: [] }] },
      },
    ],
    usage: {
      counted: { tokens: { input: 3, cachedInput: 2, output: 4 } },
      raw: { dialect: 'openai-chat', wire: wire['usage'] ?? null },
    },
  });
});

test.each<[string, Finish['reason']]>([
  ['stop', 'stop'],
  ['length', 'length'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['content_filter', 'content-filter'],
  ['error', 'error'],
  ['tide_turned', 'other'],
])('the reason %s is understood as %s', (word, reason) => {
  const value = response.decode(jsonWire({ choices: [{ index: 0, message: said, finish_reason: word }] }));
  expect(value.choices[0]?.finish).toEqual({ reason, raw: { dialect: 'openai-chat', wire: word } });
});

test('what is there but says nothing is no part of an answer, and comes back', () => {
  const wire: JsonObject = {
    id: 'c',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'm',
    service_tier: '',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'Deep.',
          refusal: '',
          audio: { id: '', data: '', transcript: '', expires_at: 0 },
        },
        finish_reason: '',
      },
    ],
  };
  const value = response.decode(jsonWire(wire));
  const [choice] = value.choices;
  expect({ tier: value.serviceTier, parts: choice?.message.parts, finish: choice?.finish }).toEqual({
    tier: undefined,
    parts: [{ type: 'text', text: 'Deep.' }],
    finish: undefined,
  });
  expect(JSON.parse(new TextDecoder().decode(response.encode(value, unlost).bytes))).toEqual(wire);
});

test('by which name a vendor knows a call comes back, and is nothing that another dialect could lose', () => {
  const wire: JsonObject = {
    id: 'c',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'm',
    system_fingerprint: 'fp_1',
    request_id: 'req_1',
    x_groq: { id: 'req_2', seed: 7 },
    choices: [{ index: 0, message: said, finish_reason: 'stop' }],
  };
  const value = response.decode(jsonWire(wire));
  expect(value.extras).toEqual({ 'openai-chat': { x_groq: { seed: 7 } } });
  expect(JSON.parse(new TextDecoder().decode(response.encode(value, unlost).bytes))).toEqual(wire);
});

test('a reason of another dialect is told in OpenAI’s words', () => {
  const told = (['stop', 'length', 'tool-calls', 'content-filter', 'error', 'other'] as const).map((reason) => {
    const message = { type: 'message', role: 'assistant', parts: [] } as const;
    const wire = response.encode({ choices: [{ index: 0, message, finish: { reason } }] }, unlost);
    return JSON.parse(new TextDecoder().decode(wire.bytes)).choices[0];
  });
  expect(told.map((choice) => choice.finish_reason)).toEqual([
    'stop',
    'length',
    'tool_calls',
    'content_filter',
    'stop',
    'stop',
  ]);
  expect(told[0].message).toEqual({ role: 'assistant', content: null });
});

describe('an answer of another dialect', () => {
  const answered = (parts: readonly Part[], more: Partial<ChatResponse> = {}) => {
    const losses: Loss[] = [];
    const message = { type: 'message', role: 'assistant', parts } as const;
    const value = { choices: [{ index: 0, message, finish: { reason: 'stop' } as const }], ...more };
    const { bytes } = response.encode(value, (loss) => void losses.push(loss));
    const wire = JSON.parse(new TextDecoder().decode(bytes));
    return { wire, message: wire.choices[0].message, losses };
  };
  const cite = (start?: number): Citation => ({
    type: 'citation',
    url: 'https://a.example',
    ...(start !== undefined && { start, end: start + 1 }),
  });
  const hosted: Part = { type: 'opaque', dialect: 'anthropic-messages', wire: { type: 'web_search_tool_result' } };

  test('has what every answer of OpenAI has', () => {
    const usage = { counted: { tokens: { input: 3, cachedInput: 4, cacheWrite: 2, output: 5, reasoning: 6 } } };
    expect(answered([{ type: 'text', text: 'a' }], { id: 'msg_1', model: 'm', usage }).wire).toEqual({
      id: 'msg_1',
      object: 'chat.completion',
      created: 0,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: 9,
        completion_tokens: 11,
        total_tokens: 20,
        prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 6 },
      },
    });
  });

  test('has one text, and its citations count from the start of it', () => {
    const parts: readonly Part[] = [
      { type: 'text', text: 'One. ', citations: [cite(1)] },
      hosted,
      { type: 'text', text: 'Two.', citations: [cite(0), cite()] },
    ];
    const url = (place: object) => ({ type: 'url_citation', url_citation: { url: 'https://a.example', ...place } });
    const { message, losses } = answered(parts);
    expect(message).toEqual({
      role: 'assistant',
      content: 'One. Two.',
      annotations: [url({ start_index: 1, end_index: 2 }), url({ start_index: 5, end_index: 6 }), url({})],
    });
    expect(losses).toEqual([{ path: 'choices[0].message.parts[1]', why: 'only-anthropic-messages' }]);
  });

  test('has its refusal, its thoughts and its calls beside the text', () => {
    const parts: readonly Part[] = [
      { type: 'reasoning', text: 'Hm.' },
      { type: 'refusal', text: 'No' },
      { type: 'refusal', text: '.' },
      { type: 'tool-call', id: 'toolu_1', name: 'f', arguments: '{"n":12345678901234567890}' },
    ];
    expect(answered(parts)).toMatchObject({
      message: {
        role: 'assistant',
        content: null,
        refusal: 'No.',
        reasoning_content: 'Hm.',
        tool_calls: [
          { id: 'toolu_1', type: 'function', function: { name: 'f', arguments: '{"n":12345678901234567890}' } },
        ],
      },
      losses: [],
    });
  });

  test('that nothing of can be said is empty', () => {
    expect(answered([hosted]).message).toEqual({ role: 'assistant', content: null });
  });

  test('tells what it lost where it stood in the answer', () => {
    const parts: readonly Part[] = [
      { type: 'tool-call', id: 't', name: 'f', arguments: '{}' },
      { type: 'text', text: 'a', signature: 's' },
    ];
    expect(
      answered(parts, { extras: { 'anthropic-messages': { container: { id: 'c' }, stop_details: null } } }).losses,
    ).toEqual([
      { path: 'choices[0].message', why: 'part-order' },
      { path: 'choices[0].message.parts[1].signature', why: 'unsupported' },
      { path: 'container', why: 'unsupported' },
    ]);
  });
});

test.each<[string, Json, string]>([
  ['no choices', { id: 'c' }, "'choices' should be an array of objects, but it is missing"],
  ['a choice that is none', { choices: ['a'] }, "'choices[0]' should be an object, but it is a string"],
  ['no message', { choices: [{ index: 0, text: 'a' }] }, "'choices[0].message' should be an object, but it is missing"],
  [
    'calls that are none',
    { choices: [{ message: { role: 'assistant', tool_calls: 'f()' } }] },
    "'choices[0].message.tool_calls' should be an array of objects, but it is a string",
  ],
  ['a list', [], 'it is no JSON object'],
])('an answer with %s is garbled', (_, wire, why) => {
  const problem = refused(() => response.decode(jsonWire(wire)));
  expect({ kind: problem?.kind, message: problem?.message }).toEqual({
    kind: 'provider-garbled',
    message: `The provider's answer could not be understood: ${why}.`,
  });
});

test('an error under a status of success is that error', () => {
  const problem = refused(() =>
    response.decode(jsonWire({ error: { message: 'The prompt was filtered.', code: 'content_filter', status: 400 } })),
  );
  expect({ kind: problem?.kind, status: problem?.status, code: problem?.details.code }).toEqual({
    kind: 'provider-refused',
    status: 400,
    code: 'content_filter',
  });
});
