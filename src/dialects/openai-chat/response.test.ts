import { expect, test } from 'bun:test';
import type { Finish } from '../../core/chat.ts';
import { Failure } from '../../core/failure.ts';
import type { Json, JsonObject } from '../../core/json.ts';
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
  expect(response.decode(body(wire))).toEqual({
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
  const value = response.decode(body({ choices: [{ index: 0, message: said, finish_reason: word }] }));
  expect(value.choices[0]?.finish).toEqual({ reason, raw: { dialect: 'openai-chat', wire: word } });
});

test('a reason of another dialect is told in OpenAI’s words', () => {
  const told = (['stop', 'length', 'tool-calls', 'content-filter', 'error', 'other'] as const).map((reason) => {
    const message = { type: 'message', role: 'assistant', parts: [] } as const;
    const wire = response.encode({ choices: [{ index: 0, message, finish: { reason } }] }, fail);
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
  const problem = thrown(() => response.decode(body(wire)));
  expect({ kind: problem?.kind, message: problem?.message }).toEqual({
    kind: 'provider-garbled',
    message: `The provider's answer could not be understood: ${why}.`,
  });
});

test('an error under a status of success is that error', () => {
  const problem = thrown(() =>
    response.decode(body({ error: { message: 'The prompt was filtered.', code: 'content_filter', status: 400 } })),
  );
  expect({ kind: problem?.kind, status: problem?.status, code: problem?.details.code }).toEqual({
    kind: 'provider-refused',
    status: 400,
    code: 'content_filter',
  });
});

function thrown(act: () => unknown): Failure | undefined {
  try {
    act();
    return undefined;
  } catch (problem) {
    if (problem instanceof Failure) return problem;
    throw problem;
  }
}

function fail(loss: unknown): never {
  throw new Error(`lost ${JSON.stringify(loss)}`);
}

function body(wire: Json) {
  return { kind: 'json' as const, bytes: new TextEncoder().encode(JSON.stringify(wire)) };
}
