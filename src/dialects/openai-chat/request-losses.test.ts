import { describe, expect, test } from 'bun:test';
import { jsonWire } from '../../../test/json-wire.ts';
import { encoded } from '../../../test/rooms/openai-encoded.ts';
import type { Carried } from '../../core/carried.ts';
import type { ChatRequest } from '../../core/chat.ts';
import type { Loss } from '../../core/loss.ts';
import type { Part } from '../../core/message.ts';
import { request } from './request.ts';

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
    const value = request.decode(jsonWire(wire));
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
    const value = request.decode(jsonWire(wire));
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
    expect(encode(request.decode(jsonWire(wire)))).toEqual(wire);
  });
});

/** A value as only a dialect could make it that is not there yet. */
function foreign<T>(value: unknown): T {
  return value as T;
}
