import { describe, expect, test } from 'bun:test';
import { all, bytes } from '../../../test/rooms/openai-said.ts';
import type { ChatRequest } from '../../core/chat.ts';
import { request } from './request.ts';

describe('parameters', () => {
  const wireOf = (value: Omit<ChatRequest, 'messages'>) => all({ messages: [], ...value });

  test('have the names that OpenAI has for them now', () => {
    const value = {
      maxOutputTokens: 5,
      stop: ['a', 'b', 'c', 'd', 'e'],
      topK: 3,
      endUser: 'u',
      serviceTier: 'default',
      toolChoice: { type: 'allowed', required: true, tools: [{ type: 'function', name: 'f' }] },
      parallelToolCalls: false,
      output: { type: 'json-schema', schema: { type: 'object' } },
    } as const;
    expect(wireOf(value)).toEqual({
      wire: {
        messages: [],
        max_completion_tokens: 5,
        stop: ['a', 'b', 'c', 'd', 'e'],
        top_k: 3,
        user: 'u',
        service_tier: 'default',
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'f' } }] },
        },
        parallel_tool_calls: false,
        response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' } } },
      },
      losses: [],
    });
  });

  test.each<[ChatRequest['reasoning'] & object, string | undefined, string[]]>([
    [{ effort: 'low' }, 'low', []],
    [{ enabled: true, effort: 'low' }, 'low', []],
    [{ enabled: false }, 'none', []],
    [{ enabled: false, effort: 'none' }, 'none', []],
    [{ enabled: true }, undefined, ['reasoning.enabled']],
    [{ enabled: false, effort: 'low' }, 'low', ['reasoning.enabled']],
    [{ budgetTokens: 1024, visible: false }, undefined, ['reasoning.budgetTokens', 'reasoning.visible']],
  ])('thinking %j is said as %p', (reasoning, effort, lost) => {
    const { wire, losses } = wireOf({ reasoning });
    expect({ wire, lost: losses.map(({ path }) => path) }).toEqual({
      wire: { messages: [], ...(effort !== undefined && { reasoning_effort: effort }) },
      lost,
    });
  });

  test('do not say where a cache may end in the tools', () => {
    expect(wireOf({ tools: [{ type: 'function', name: 'f', cacheBreakpoint: {} }] })).toEqual({
      wire: { messages: [], tools: [{ type: 'function', function: { name: 'f' } }] },
      losses: [{ path: 'tools[0].cacheBreakpoint', why: 'unsupported' }],
    });
  });

  test('of tools go with the last tool', () => {
    const hosted = { type: 'opaque', dialect: 'anthropic-messages', wire: { type: 'web_search' } } as const;
    const choice = { toolChoice: { type: 'required' }, parallelToolCalls: false } as const;
    expect(wireOf({ tools: [hosted], ...choice })).toEqual({
      wire: { messages: [] },
      losses: [
        { path: 'toolChoice', why: 'no-tools' },
        { path: 'parallelToolCalls', why: 'no-tools' },
        { path: 'tools[0]', why: 'only-anthropic-messages' },
      ],
    });
    expect(wireOf({ tools: [hosted, { type: 'function', name: 'f' }], ...choice })).toEqual({
      wire: {
        messages: [],
        tools: [{ type: 'function', function: { name: 'f' } }],
        tool_choice: 'required',
        parallel_tool_calls: false,
      },
      losses: [{ path: 'tools[0]', why: 'only-anthropic-messages' }],
    });
  });
});

test('the wish for usage in a stream is nothing that another dialect could lose', () => {
  for (const options of [{ include_usage: true }, { include_usage: false }]) {
    const wire = { messages: [], stream: true, stream_options: options };
    const value = request.decode({ kind: 'json', bytes: bytes(wire) });
    expect(value.extras).toBeUndefined();
    expect(all(value)).toEqual({ wire, losses: [] });
  }
});
