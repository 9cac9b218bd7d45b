import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import Anthropic0 from 'anthropic-0';
import Anthropic1 from 'anthropic-1';
import OpenAI7 from 'openai-7';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import { anthropicUpstream } from './anthropic.ts';
import { openaiUpstream } from './openai.ts';
import type { StrictUpstream } from './server.ts';

/** Fakes that take everything prove nothing: these refuse what their vendors refuse, and the vendors' own SDKs are content. */
let anthropic: StrictUpstream;
let openai: StrictUpstream;
beforeAll(async () => {
  [anthropic, openai] = await Promise.all([anthropicUpstream(), openaiUpstream()]);
});
afterAll(async () => {
  await Promise.all([anthropic.close(), openai.close()]);
});

const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
} as const;
const tools = ['weather', 'time'].map((name) => ({ name, input_schema: schema }));
const thinking = { type: 'enabled', budget_tokens: 1024 } as const;
const user = (content: Json): JsonObject => ({ role: 'user', content });
const base = { model: 'claude-haiku-4-5', max_tokens: 4096 } as const;

describe('Anthropic', () => {
  const post = async (body: JsonObject, headers: Record<string, string> = {}): Promise<string> => {
    const response = await fetch(`${anthropic.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': 'key', 'anthropic-version': '2023-06-01', ...headers },
      body: JSON.stringify(body),
    });
    const said = (await response.json()) as { readonly error?: { readonly message: string } };
    return said.error?.message ?? 'taken';
  };

  test.each([['0', Anthropic0 as unknown as typeof Anthropic1] as const, ['1', Anthropic1] as const])(
    'is content with SDK %s through three turns of tools and thinking, whole and streamed',
    async (_, Anthropic) => {
      const client = new Anthropic({ baseURL: anthropic.url, apiKey: 'key', maxRetries: 0 });
      for (const whole of [true, false]) {
        const messages: JsonObject[] = [user('rounds=2')];
        const stops: (string | null)[] = [];
        for (let turn = 0; turn < 3; turn += 1) {
          const asked = { ...base, messages, tools, thinking } as never;
          const said = (
            whole ? await client.messages.create(asked) : await client.messages.stream(asked).finalMessage()
          ) as Anthropic1.Message;
          stops.push(said.stop_reason);
          messages.push({ role: 'assistant', content: said.content as never });
          messages.push(user(resultsOf(said)));
        }
        expect(stops).toEqual(['tool_use', 'tool_use', 'end_turn']);
      }
    },
  );

  const tried = { type: 'thinking', thinking: 'Hm.', signature: 'forged' };
  const call = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Basel' } };
  const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'rain' };
  const said = (...content: readonly JsonObject[]): JsonObject => ({ role: 'assistant', content });
  const hi = user('Hi');

  test.each<readonly [string, JsonObject, string]>([
    ['no limit', { model: base.model, messages: [hi] }, 'max_tokens: Field required'],
    ['an unknown member', { ...base, messages: [hi], seed: 1 }, 'seed: Extra inputs are not permitted'],
    ['an unknown member of a block', { ...base, messages: [user([{ type: 'text', text: 'a', foo: 1 }])] }, '0.foo'],
    ['a system message in the old version', { ...base, messages: [{ role: 'system', content: 'x' }, hi] }, 'role'],
    ['a blank text', { ...base, messages: [user([{ type: 'text', text: ' ' }])] }, 'non-whitespace'],
    ['an assistant who begins', { ...base, messages: [said({ type: 'text', text: 'a' })] }, 'first message'],
    ['a call without its result', { ...base, tools, messages: [hi, said(call), hi] }, 'without `tool_result`'],
    ['a result without its call', { ...base, tools, messages: [hi, said(), user([result])] }, 'non-empty content'],
    [
      'a result after text',
      { ...base, tools, messages: [hi, said(call), user([{ type: 'text', text: 'a' }, result])] },
      'come first',
    ],
    ['thinking that is not sealed', { ...base, messages: [hi, said(tried), hi] }, 'Invalid `signature`'],
    [
      'thinking left out of a tool loop',
      { ...base, thinking, tools, messages: [hi, said(call), user([result])] },
      'Expected `thinking`',
    ],
    ['a budget above the limit', { ...base, max_tokens: 1000, thinking, messages: [hi] }, 'greater than'],
    [
      'thinking and a forced choice',
      { ...base, thinking, tools, tool_choice: { type: 'any' }, messages: [hi] },
      'forces tool use',
    ],
    ['thinking and a temperature', { ...base, thinking, temperature: 0, messages: [hi] }, 'only be set to 1'],
    ['a temperature above 1', { ...base, temperature: 1.5, messages: [hi] }, 'temperature'],
    ['two sampling parameters', { ...base, temperature: 0.5, top_p: 0.5, messages: [hi] }, 'cannot both'],
    ['a choice without tools', { ...base, tool_choice: { type: 'auto' }, messages: [hi] }, 'while providing tools'],
    [
      'a tool that is not there',
      { ...base, tools, tool_choice: { type: 'tool', name: 'x' }, messages: [hi] },
      "Tool 'x' not found",
    ],
    [
      'an image that is none',
      {
        ...base,
        messages: [user([{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }])],
      },
      'is no image',
    ],
    [
      'an open schema',
      { ...base, output_config: { format: { type: 'json_schema', schema: { type: 'object' } } }, messages: [hi] },
      'additionalProperties',
    ],
    ['an unknown model', { ...base, model: 'gpt-4o', messages: [hi] }, 'model: gpt-4o'],
  ])('refuses %s', async (_, body, words) => {
    expect(await post(body)).toContain(words);
  });

  test('takes what it must take', async () => {
    expect(await post({ ...base, messages: [hi] })).toBe('taken');
    const systemTurn = [{ role: 'system', content: 'Be kind.' }, hi];
    expect(await post({ ...base, messages: systemTurn }, { 'anthropic-version': '2026-10-21' })).toBe('taken');
    expect(
      await post({ ...base, tools, messages: [hi, said(call), user([result, { type: 'text', text: 'a' }])] }),
    ).toBe('taken');
  });
});

describe('OpenAI', () => {
  const functions = ['weather', 'time'].map((name) => ({
    type: 'function' as const,
    function: { name, parameters: { ...schema }, strict: true },
  }));
  const post = async (body: JsonObject): Promise<string> => {
    const response = await fetch(`${openai.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer key' },
      body: JSON.stringify(body),
    });
    const said = (await response.json()) as { readonly error?: { readonly message: string } };
    return said.error?.message ?? 'taken';
  };

  test('is content with its SDK through three turns of tools, whole and streamed', async () => {
    const client = new OpenAI7({ baseURL: `${openai.url}/v1`, apiKey: 'key', maxRetries: 0 });
    for (const whole of [true, false]) {
      const messages: JsonObject[] = [user('rounds=2')];
      const finishes: string[] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        const asked = { model: 'gpt-4o', messages, tools: functions } as never;
        const { choices } = (
          whole
            ? await client.chat.completions.create(asked)
            : await client.chat.completions.stream(asked).finalChatCompletion()
        ) as OpenAI7.ChatCompletion;
        const { message, finish_reason } = choices[0] ?? (choices as never);
        finishes.push(finish_reason);
        const { content, tool_calls: calls = [] } = message;
        messages.push({ role: 'assistant', content, ...(calls.length > 0 && { tool_calls: calls as never }) });
        for (const { id } of calls) messages.push({ role: 'tool', tool_call_id: id, content: 'rain' });
        if (calls.length > 0) expect(calls).toHaveLength(2);
      }
      expect(finishes).toEqual(['tool_calls', 'tool_calls', 'stop']);
    }
  });

  const gpt = { model: 'gpt-4o' } as const;
  const hi = user('Hi');
  const call = (id: string): JsonObject => ({
    role: 'assistant',
    tool_calls: [{ id, type: 'function', function: { name: 'weather', arguments: '{}' } }],
  });
  const loose = { type: 'function', function: { name: 'a', strict: true, parameters: { type: 'object' } } };

  test.each<readonly [string, JsonObject, string]>([
    ['an unknown member', { ...gpt, messages: [hi], top_k: 1 }, 'top_k: Extra'],
    ['an unknown member of a message', { ...gpt, messages: [{ ...hi, cache_control: {} }] }, 'cache_control: Extra'],
    [
      'reasoning that is handed back',
      { ...gpt, messages: [hi, { role: 'assistant', content: 'a', reasoning_content: 'b' }] },
      'reasoning_content',
    ],
    ['a long id', { ...gpt, messages: [hi, call('x'.repeat(41))] }, 'should be a string'],
    ['a call without its result', { ...gpt, messages: [hi, call('a'), hi] }, 'must be followed by tool messages'],
    [
      'a result without its call',
      { ...gpt, messages: [hi, { role: 'tool', tool_call_id: 'a', content: 'b' }] },
      'preceeding message',
    ],
    ['an open schema that shall be strict', { ...gpt, messages: [hi], tools: [loose] }, 'additionalProperties'],
    ['a choice without tools', { ...gpt, messages: [hi], tool_choice: 'auto' }, 'tool_choice'],
    [
      'stream options without a stream',
      { ...gpt, messages: [hi], stream_options: { include_usage: true } },
      'stream_options',
    ],
    ['five stop sequences', { ...gpt, messages: [hi], stop: ['a', 'b', 'c', 'd', 'e'] }, 'at most 4'],
    ['the old limit where it reasons', { model: 'gpt-5', messages: [hi], max_tokens: 9 }, 'max_completion_tokens'],
    ['a temperature where it reasons', { model: 'gpt-5', messages: [hi], temperature: 0 }, 'temperature'],
    ['an effort where it does not reason', { ...gpt, messages: [hi], reasoning_effort: 'low' }, 'reasoning_effort'],
  ])('refuses %s', async (_, body, words) => {
    expect(await post(body)).toContain(words);
  });
});

function resultsOf({ content }: Anthropic1.Message): Json {
  const results = content.flatMap((block) =>
    block.type === 'tool_use' ? [{ type: 'tool_result', tool_use_id: block.id, content: `${block.name} is fine` }] : [],
  );
  return results.length > 0 ? results : 'Thanks';
}
