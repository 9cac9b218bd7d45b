import { describe, expect, test } from 'bun:test';
import { fit, hello, nothing, tool, user } from '../../../test/rooms/fitted.ts';
import type { ChatRequest } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Loss } from '../../core/loss.ts';
import type { Part } from '../../core/message.ts';
import type { FunctionTool, ToolChoice } from '../../core/tool.ts';
import { type FitTarget, fitted } from './fit.ts';

test('a request that its target takes as it is comes back untouched', () => {
  const request: ChatRequest = { ...hello, temperature: 1, reasoning: { visible: true }, tools: [tool('a')] };
  const done = fit(request, {});
  expect(done).toEqual({ ...nothing, request });
  expect(done.request).toBe(request);
});

describe('a form of output', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } };
  const output = { type: 'json-schema', name: 'my form', schema, strict: true } as const;

  test('that the model knows stays', () => {
    const request = { ...hello, output };
    expect(fit(request, { outputs: ['json-schema'] })).toEqual({ ...nothing, request });
  });

  test('that it does not know is a tool that must be called', () => {
    expect(fit({ ...hello, output }, { outputs: [] })).toEqual({
      ...nothing,
      request: {
        ...hello,
        tools: [{ type: 'function', name: 'my_form', description: expect.any(String), schema, strict: true }],
        toolChoice: { type: 'named', tool: { type: 'function', name: 'my_form' } },
        parallelToolCalls: false,
      },
      tools: [undefined],
      emulated: [{ path: 'output', how: 'forced-tool' }],
      edits: 1,
    });
    expect(fit({ ...hello, output: { type: 'json' } }, { outputs: ['json-schema'] }).request.tools).toEqual([
      { type: 'function', name: 'answer', description: expect.any(String), schema: { type: 'object' } },
    ]);
  });

  test('beside the caller’s tools is one more of which one must be called', () => {
    const request = { ...hello, output, tools: [tool('a'), tool('my_form')] };
    const done = fit(request, { outputs: [] });
    expect(done.request.tools?.map((one) => (one.type === 'function' ? one.name : ''))).toEqual([
      'a',
      'my_form',
      'my_form_',
    ]);
    expect(done.request.toolChoice).toEqual({ type: 'required' });
    expect(done.tools).toEqual([0, 1, undefined]);
    const none = fit({ ...request, toolChoice: { type: 'none' } }, { outputs: [] });
    expect(none.request.toolChoice).toEqual({ type: 'named', tool: { type: 'function', name: 'my_form_' } });
  });

  test.each([
    [{ output, tools: [tool('a')], toolChoice: { type: 'required' } as const }, 'forced-tool-choice'],
    [{ output: { ...output, schema: { type: 'array' } } }, 'no-object'],
  ])('that cannot be a tool is lost, %#', (changes, why) => {
    const { output: _, ...rest } = { ...hello, ...changes };
    expect(fit({ ...hello, ...changes }, { outputs: [] })).toEqual({
      ...nothing,
      request: rest,
      lost: [{ path: 'output', why }],
    });
  });

  test('is lost where no tool can be forced', () => {
    expect(fit({ ...hello, output }, { outputs: [], lacks: ['toolChoice'] })).toMatchObject({
      request: hello,
      lost: [{ path: 'output', why: 'unsupported' }],
    });
  });

  test('as a tool goes before thinking, where both are refused together', () => {
    const request = { ...hello, maxOutputTokens: 9000, output, reasoning: { effort: 'low' } };
    expect(fit(request, { outputs: [], reasoning: 'budget', reasoningAlone: true })).toMatchObject({
      lost: [{ path: 'reasoning', why: 'forced-tool-choice' }],
      emulated: [{ path: 'output', how: 'forced-tool' }],
    });
  });
});

describe('a form of output whose schema the model is held to', () => {
  const closed = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false };
  const { additionalProperties: _, ...open } = closed;
  const asking = (schema: JsonObject): ChatRequest => ({ ...hello, output: { type: 'json-schema', schema } });
  const held = { outputs: ['json-schema'], schemas: 'closed' } as const;

  test('is closed if it was not, and told', () => {
    expect(fit(asking(closed), held).request.output).toMatchObject({ schema: closed });
    expect(fit(asking(closed), held)).toMatchObject({ emulated: [], lost: [] });
    expect(fit(asking(open), held)).toEqual({
      ...nothing,
      request: asking(closed),
      emulated: [{ path: 'output.schema', how: 'closed-schema' }],
    });
  });

  test('is a tool if it must stay open, and lost where none can be forced', () => {
    const map = asking({ type: 'object', additionalProperties: { type: 'string' } });
    expect(fit(map, held)).toMatchObject({
      request: { toolChoice: { type: 'named' } },
      emulated: [{ path: 'output', how: 'forced-tool' }],
      lost: [],
    });
    expect(fit(map, { ...held, forcedChoice: 'none' })).toEqual({
      ...nothing,
      request: hello,
      lost: [{ path: 'output', why: 'open-schema' }],
    });
  });

  test('goes for strict tools too, which are free where they cannot be held', () => {
    const strict = (schema: JsonObject): FunctionTool => ({ ...tool('a'), schema, strict: true });
    const map = { type: 'object', additionalProperties: true };
    const request = { ...hello, tools: [tool('b'), strict(open), strict(map), strict(closed)] };
    expect(fit(request, held)).toEqual({
      ...nothing,
      request: { ...hello, tools: [tool('b'), strict(closed), { ...tool('a'), schema: map }, strict(closed)] },
      emulated: [{ path: 'tools[1].schema', how: 'closed-schema' }],
      lost: [{ path: 'tools[2].strict', why: 'open-schema' }],
    });
    expect(fit({ ...hello, tools: [strict(closed)] }, { schemas: 'none' })).toEqual({
      ...nothing,
      request: { ...hello, tools: [{ ...tool('a'), schema: closed }] },
      lost: [{ path: 'tools[0].strict', why: 'unsupported' }],
    });
    const bare = { ...hello, output: { type: 'json-schema', schema: closed, strict: true } } as const;
    expect(fit(bare, { outputs: [], schemas: 'none' })).toMatchObject({ lost: [], request: { tools: [{}] } });
    expect(fit(bare, { outputs: [], schemas: 'none' }).request.tools?.[0]).not.toHaveProperty('strict');
  });
});

test('a strict tool stays strict where every member must be required, if every one is', () => {
  const text = { type: 'string' };
  const inner = { type: 'object', properties: { b: text }, required: ['b'], additionalProperties: false };
  const complete = { ...inner, properties: { b: { type: 'array', items: inner } } };
  const strict = (schema: JsonObject): FunctionTool => ({ ...tool('a'), schema, strict: true });
  const optional = { ...inner, properties: { b: text, c: text } };
  const tools = [
    strict(complete),
    strict({ ...complete, properties: { b: optional } }),
    strict({ ...complete, additionalProperties: true }),
  ];
  const done = fit({ ...hello, tools: [...tools, { ...tool('a'), schema: optional }] }, { schemas: 'complete' });
  expect(done.lost.map(({ path }) => path)).toEqual(['tools[1].strict', 'tools[2].strict']);
  expect(done.request.tools?.map((one) => 'strict' in one)).toEqual([true, false, false, false]);
  const output = { type: 'json-schema', schema: optional } as const;
  expect(fit({ ...hello, output }, { schemas: 'complete', outputs: ['json-schema'] }).lost).toEqual([]);
});

test('a choice that would force a tool is left to a model that cannot be forced, and told', () => {
  const named: ToolChoice = { type: 'named', tool: { type: 'function', name: 'a' } };
  const request = { ...hello, tools: [tool('a')], toolChoice: named };
  expect(fit(request, { forcedChoice: 'none' })).toEqual({
    ...nothing,
    request: { ...request, toolChoice: { type: 'auto' } },
    lost: [{ path: 'toolChoice', why: 'no-forced-choice' }],
  });
  const allowed: ToolChoice = { type: 'allowed', required: true, tools: [{ type: 'function', name: 'a' }] };
  expect(fit({ ...request, toolChoice: allowed }, { forcedChoice: 'none' }).request.toolChoice).toEqual({
    type: 'auto',
  });
  const free = { ...request, toolChoice: { type: 'none' } } as const;
  expect(fit(free, { forcedChoice: 'none' })).toEqual({ ...nothing, request: free });
  expect(fit({ ...hello, output: { type: 'json' } }, { forcedChoice: 'none', outputs: [] }).lost).toEqual([
    { path: 'output', why: 'unsupported' },
  ]);
});

describe('a choice of allowed tools', () => {
  const request: ChatRequest = {
    ...hello,
    tools: [tool('a'), tool('b'), tool('c')],
    toolChoice: { type: 'allowed', required: true, tools: [{ type: 'function', name: 'b' }] },
  };

  test('offers those alone to a dialect that has no words for it', () => {
    expect(fit(request, {})).toEqual({
      ...nothing,
      request: { ...hello, tools: [tool('b')], toolChoice: { type: 'required' } },
      tools: [1],
    });
    expect(fit(request, {}, 'openai-chat')).toEqual({ ...nothing, request });
  });

  test('of none offers none', () => {
    const none = { ...request, toolChoice: { type: 'allowed', required: false, tools: [] } as const };
    expect(fit(none, {})).toEqual({ ...nothing, request: hello, tools: [] });
  });

  test('keeps its numbers when a form of output becomes one more', () => {
    const auto = { ...request, toolChoice: { type: 'allowed', required: false, tools: request.tools } as ToolChoice };
    const done = fit(
      { ...auto, tools: [tool('x'), ...(request.tools ?? [])], output: { type: 'json' } },
      { outputs: [] },
    );
    expect(done.tools).toEqual([1, 2, 3, undefined]);
  });
});

test('breakpoints of the cache go where the vendor caches by itself, each told at its place', () => {
  const mark = { cacheBreakpoint: { ttl: '1h' } };
  const parts: readonly Part[] = [
    { type: 'text', text: 'a' },
    { type: 'tool-result', callId: 'c', parts: [{ type: 'text', text: 'b', ...mark }], ...mark },
  ];
  const request: ChatRequest = { messages: [{ ...user, parts }], tools: [{ ...tool('a'), ...mark }] };
  const lost: Loss[] = [];
  const bare: FitTarget = { traits: { match: '*' }, dialect: 'openai-chat' };
  const done = fitted(request, bare, (loss) => void lost.push(loss));
  expect(lost).toEqual(
    ['messages[0].parts[1]', 'messages[0].parts[1].parts[0]', 'tools[0]'].map((path) => ({
      path: `${path}.cacheBreakpoint`,
      why: 'implicit-caching',
    })),
  );
  expect(JSON.stringify(done.request)).not.toContain('cacheBreakpoint');
  expect(fit(request, {}).request).toBe(request);
});

describe('sampling', () => {
  const request = { ...hello, temperature: 0.5, topP: 0.5 };

  test('of a model that takes none is lost', () => {
    expect(fit(request, { sampling: 'none' })).toEqual({
      ...nothing,
      request: hello,
      lost: ['temperature', 'topP'].map((path) => ({ path, why: 'unsupported' })),
    });
  });

  test('of a model that takes one is the temperature', () => {
    expect(fit(request, { sampling: 'one' })).toEqual({
      ...nothing,
      request: { ...hello, temperature: 0.5 },
      lost: [{ path: 'topP', why: 'one-of-two' }],
    });
    expect(fit({ ...hello, topP: 0.5 }, { sampling: 'one' }).lost).toEqual([]);
  });
});

test('stop sequences beyond the limit are lost, each at its place', () => {
  const request = { ...hello, stop: ['a', 'b', 'c'] };
  expect(fit(request, { maxStopSequences: 1 })).toEqual({
    ...nothing,
    request: { ...hello, stop: ['a'] },
    lost: ['stop[1]', 'stop[2]'].map((path) => ({ path, why: 'too-many' })),
  });
  expect(fit(request, { maxStopSequences: 0 }).request).toEqual(hello);
  expect(fit(request, { maxStopSequences: 3 }).lost).toEqual([]);
});

test('what models refuse is left out and told, unless it only says what they do unasked', () => {
  const request: ChatRequest = { ...hello, topK: 5, toolChoice: { type: 'auto' }, parallelToolCalls: true };
  expect(fit(request, { lacks: ['topK', 'seed', 'toolChoice', 'parallelToolCalls'] })).toEqual({
    ...nothing,
    request: hello,
    lost: [{ path: 'topK', why: 'unsupported' }],
  });
});
