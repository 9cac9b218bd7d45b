import { describe, expect, test } from 'bun:test';
import type { ChatResponse } from '../../core/chat.ts';
import { Failure } from '../../core/failure.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Loss } from '../../core/loss.ts';
import type { Part } from '../../core/message.ts';
import { response } from './response.ts';

const message: JsonObject = {
  ...{
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    stop_reason: 'stop_sequence',
    stop_sequence: 'END',
  },
  content: [
    { type: 'thinking', thinking: 'Hm.', signature: 's' },
    { type: 'text', text: 'Hi', citations: null },
    { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } },
    { type: 'server_tool_use', id: 'srv_1', name: 'web_search', input: {} },
  ],
  container: { id: 'c' },
  usage: { input_tokens: 1, cache_read_input_tokens: 2, output_tokens: 3, service_tier: 'priority' },
};

const wire = (body: unknown) => ({ kind: 'json', bytes: new TextEncoder().encode(JSON.stringify(body)) }) as const;
const decode = (body: unknown): ChatResponse => response.decode(wire(body));

function encode(value: ChatResponse): { readonly body: JsonObject; readonly lost: readonly string[] } {
  const lost: Loss[] = [];
  const { bytes } = response.encode(value, (loss) => lost.push(loss));
  return { body: JSON.parse(new TextDecoder().decode(bytes)), lost: lost.map(({ path, why }) => `${path} ${why}`) };
}

const answer = (parts: readonly Part[], more: Partial<ChatResponse> = {}): ChatResponse => ({
  id: 'chatcmpl-1',
  model: 'm',
  choices: [{ index: 0, message: { type: 'message', role: 'assistant', parts }, finish: { reason: 'stop' } }],
  ...more,
});

describe('a whole answer', () => {
  test('is understood, and carries what only this dialect says', () => {
    expect(decode(message)).toMatchObject({
      ...{ id: 'msg_1', model: 'claude', serviceTier: 'priority' },
      usage: { counted: { tokens: { input: 1, cachedInput: 2, output: 3 } } },
      choices: [
        {
          index: 0,
          finish: { reason: 'stop', raw: { wire: 'stop_sequence' } },
          message: {
            role: 'assistant',
            parts: [
              { type: 'reasoning', text: 'Hm.', signature: 's' },
              { type: 'text', text: 'Hi' },
              { type: 'tool-call', id: 'toolu_1', name: 'f', arguments: '{"a":1}' },
              { type: 'opaque', dialect: 'anthropic-messages', wire: { type: 'server_tool_use' } },
            ],
          },
        },
      ],
      extras: { 'anthropic-messages': { stop_sequence: 'END', container: { id: 'c' } } },
    });
    expect(encode(decode(message))).toEqual({ body: message, lost: [] });
  });

  test('comes back from vendors that leave things out, or name things otherwise', () => {
    const odd: readonly JsonObject[] = [
      { content: [] },
      { id: 'chatcmpl-9', content: [], stop_reason: null, usage: null, model: '' },
      { id: 'msg_1', type: 'x', role: 'x', content: [{ type: 'thinking', thinking: 't' }], stop_reason: 'x_tide' },
      { ...message, usage: { service_tier: 'standard' } },
    ];
    for (const body of odd) expect(encode(decode(body))).toEqual({ body, lost: [] });
  });

  test('that is an error, or none at all, is a failure', () => {
    const kindOf = (body: unknown): string | undefined => {
      try {
        decode(body);
      } catch (thrown) {
        return thrown instanceof Failure ? thrown.kind : undefined;
      }
      return undefined;
    };
    expect(kindOf({ type: 'error', error: { type: 'overloaded_error', message: 'no' } })).toBe('provider-overloaded');
    expect([kindOf({}), kindOf([]), kindOf({ content: 'Hi' }), kindOf({ content: [3] })]).toEqual([
      ...['provider-garbled', 'provider-garbled', 'provider-garbled', 'provider-garbled'],
    ]);
  });

  test('of another dialect is a message with all that one must have', () => {
    expect(encode(answer([{ type: 'text', text: 'Hi' }], { serviceTier: 'default' }))).toEqual({
      body: {
        ...{
          id: 'msg_chatcmpl-1',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [{ type: 'text', text: 'Hi' }],
        },
        ...{ stop_reason: 'end_turn', stop_sequence: null },
        usage: {
          ...{ input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 },
          service_tier: 'standard',
        },
      },
      lost: [],
    });
    expect(encode({ choices: [] }).body).toMatchObject({
      id: 'msg_0',
      model: '',
      content: [],
      stop_reason: 'end_turn',
    });
  });

  test('of another dialect ends with what it holds', () => {
    const call: Part = { type: 'tool-call', id: 'call~1', name: 'f', arguments: '{"a":1}' };
    expect(encode(answer([call])).body).toMatchObject({
      content: [{ type: 'tool_use', id: 'call~1', name: 'f', input: { a: 1 } }],
      stop_reason: 'tool_use',
    });
    expect(encode(answer([{ ...call, id: '' }])).body).toMatchObject({ content: [{ id: 'toolu_chatcmpl-1_0' }] });
    expect(encode(answer([{ type: 'refusal', text: 'No.' }]))).toMatchObject({
      body: { content: [{ type: 'text', text: 'No.' }], stop_reason: 'refusal' },
      lost: [],
    });
    expect(encode(answer([{ type: 'text', text: '' }])).body['content']).toEqual([]);
    const silent: readonly Part[] = [
      { type: 'text', text: 'Hi' },
      { type: 'refusal', text: '' },
      { type: 'audio', source: { kind: 'base64', base64: '' }, transcript: '' },
    ];
    expect(encode(answer(silent)).body).toMatchObject({
      content: [{ type: 'text', text: 'Hi' }],
      stop_reason: 'end_turn',
    });
  });

  test('of another dialect tells what it cannot say, by where it stands', () => {
    const [choice] = answer([{ type: 'audio', source: { kind: 'file', id: 'a' }, transcript: 'Hello' }]).choices;
    if (choice === undefined) throw new Error('there is a choice');
    const { body, lost } = encode({
      ...{
        id: 'c',
        createdAt: 1000,
        serviceTier: 'flex',
        extras: { 'openai-chat': { system_fingerprint: 'fp', none: null } },
      },
      choices: [
        { ...choice, logprobs: {}, finish: { reason: 'other' } },
        { ...choice, index: 1 },
      ],
    });
    expect(body['content']).toEqual([{ type: 'text', text: 'Hello' }]);
    expect([...lost].sort()).toEqual([
      'choices[0].finish unsupported',
      'choices[0].logprobs unsupported',
      'choices[0].message.parts[0] unsupported',
      'choices[1] unsupported',
      'serviceTier unsupported',
      'system_fingerprint unsupported',
    ]);
  });
});
