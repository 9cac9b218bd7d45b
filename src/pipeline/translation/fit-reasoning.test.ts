import { describe, expect, test } from 'bun:test';
import { cached, fit, hello, nothing, tool, user } from '../../../test/rooms/fitted.ts';
import type { ChatRequest } from '../../core/chat.ts';
import type { Loss } from '../../core/loss.ts';
import type { Part, ReasoningPart, RoleMessage } from '../../core/message.ts';
import type { ToolChoice } from '../../core/tool.ts';
import type { ModelTraits } from '../../providers/model-traits.ts';
import { type FitTarget, fitted, refitted } from './fit.ts';

describe('a limit of output tokens', () => {
  test('is set where one is needed, and said', () => {
    expect(fit(hello, { limitNeeded: true, maxOutputTokens: 8192 })).toEqual({
      ...nothing,
      request: { ...hello, maxOutputTokens: 8192 },
      headers: { 'x-trestle-max-tokens': '8192' },
    });
    expect(fit(hello, { limitNeeded: true }).request.maxOutputTokens).toBe(4096);
    // A question must have room in the same context.
    expect(fit(hello, { limitNeeded: true, contextTokens: 2_000 }).request.maxOutputTokens).toBe(1_000);
    expect(fit(hello, { limitNeeded: true, contextTokens: 200_000 }).request.maxOutputTokens).toBe(4096);
  });

  test('is never more than a context has room for, where that alone is known', () => {
    const asked = { ...hello, maxOutputTokens: 1_000_000 };
    expect(fit(asked, { contextTokens: 8_192 })).toMatchObject({
      request: { maxOutputTokens: 8_192 },
      headers: { 'x-trestle-max-tokens': '8192' },
    });
    expect(fit(asked, { contextTokens: 8_192, maxOutputTokens: 64_000 }).request.maxOutputTokens).toBe(64_000);
    expect(fit(asked, {}).request.maxOutputTokens).toBe(1_000_000);
    expect(fit(hello, { maxOutputTokens: 8192 })).toEqual({ ...nothing, request: hello });
  });

  test('is lowered to what the model can, and said; a lower one stays', () => {
    const traits = { maxOutputTokens: 8192 };
    expect(fit({ ...hello, maxOutputTokens: 9000 }, traits)).toEqual({
      ...nothing,
      request: { ...hello, maxOutputTokens: 8192 },
      headers: { 'x-trestle-max-tokens': '8192' },
    });
    const low = { ...hello, maxOutputTokens: 100 };
    expect(fit(low, traits)).toEqual({ ...nothing, request: low });
  });
});

describe('how to think', () => {
  const budget = { reasoning: 'budget', reasoningAlone: true } as const;
  const effort = { reasoning: 'effort', efforts: ['none', 'low', 'medium', 'high', 'max'] } as const;
  const roomy = { ...hello, maxOutputTokens: 100_000 };

  test.each([
    ['minimal', 1024],
    ['low', 2048],
    ['medium', 8192],
    ['high', 16_384],
    ['xhigh', 32_768],
    ['max', 65_536],
    ['beyond', 16_384],
  ])('as an effort of %s is a budget of %d tokens', (word, budgetTokens) => {
    expect(fit({ ...roomy, reasoning: { effort: word } }, budget)).toEqual({
      ...nothing,
      request: { ...roomy, reasoning: { enabled: true, budgetTokens } },
      emulated: [{ path: 'reasoning.effort', how: 'budget' }],
    });
  });

  test.each([
    [1024, 'low'],
    [2048, 'low'],
    [2049, 'medium'],
    [10_000, 'high'],
    [16_384, 'high'],
    [20_000, 'high'],
    [32_769, 'max'],
    [1_000_000, 'max'],
  ])('as a budget of %d is an effort of %s, of those that are known', (budgetTokens, word) => {
    expect(fit({ ...hello, reasoning: { enabled: true, budgetTokens } }, effort)).toEqual({
      ...nothing,
      request: { ...hello, reasoning: { enabled: true, effort: word } },
      emulated: [{ path: 'reasoning.budgetTokens', how: 'effort' }],
    });
  });

  test('as an effort that the model does not know is the nearest one', () => {
    const nearest = (word: string, efforts: ModelTraits['efforts']) =>
      fit({ ...hello, reasoning: { effort: word } }, { reasoning: 'effort', ...(efforts && { efforts }) });
    expect(nearest('minimal', ['low', 'high'])).toMatchObject({
      request: { reasoning: { effort: 'low' } },
      emulated: [{ path: 'reasoning.effort', how: 'nearest' }],
    });
    expect(nearest('max', ['low', 'high']).request.reasoning?.effort).toBe('high');
    expect(nearest('medium', ['none', 'default']).request.reasoning?.effort).toBe('default');
    expect(nearest('high', undefined)).toMatchObject({ request: { reasoning: { effort: 'high' } }, emulated: [] });
  });

  test('is chosen below the limit, with a fifth of it left for the answer', () => {
    const tight = { ...hello, maxOutputTokens: 5000, reasoning: { effort: 'high' } };
    expect(fit(tight, budget).request.reasoning).toEqual({ enabled: true, budgetTokens: 4000 });
    const defaulted = fit({ ...hello, reasoning: { effort: 'high' } }, { ...budget, limitNeeded: true });
    expect(defaulted.request).toEqual({
      ...hello,
      maxOutputTokens: 4096,
      reasoning: { enabled: true, budgetTokens: 3276 },
    });
  });

  test('is not thought at all where the limit leaves no room, and said', () => {
    expect(fit({ ...hello, maxOutputTokens: 1200, reasoning: { effort: 'low' } }, budget)).toEqual({
      ...nothing,
      request: { ...hello, maxOutputTokens: 1200 },
      lost: [{ path: 'reasoning', why: 'range' }],
    });
  });

  test('by the caller’s own budget need only be below the limit', () => {
    const own = { ...hello, maxOutputTokens: 2000, reasoning: { enabled: true, budgetTokens: 1999 } };
    expect(fit(own, budget)).toEqual({ ...nothing, request: own });
    expect(fit(own, { ...budget, maxOutputTokens: 1500 })).toMatchObject({
      request: { maxOutputTokens: 1500, reasoning: { budgetTokens: 1499 } },
      lost: [{ path: 'reasoning.budgetTokens', why: 'range' }],
    });
  });

  test('as it likes is much', () => {
    const free = { ...roomy, reasoning: { enabled: true, visible: true } };
    expect(fit(free, budget)).toMatchObject({
      request: { reasoning: { enabled: true, visible: true, budgetTokens: 16_384 } },
      emulated: [{ path: 'reasoning', how: 'budget' }],
    });
    expect(fit(free, effort)).toMatchObject({
      request: { reasoning: { enabled: true, visible: true, effort: 'high' } },
      emulated: [{ path: 'reasoning', how: 'effort' }],
    });
  });

  test('in two ways at once is told in the one that the target takes', () => {
    const both = { ...roomy, reasoning: { enabled: true, budgetTokens: 3000, effort: 'low' } };
    expect(fit(both, budget)).toMatchObject({ lost: [{ path: 'reasoning.effort', why: 'unsupported' }], emulated: [] });
    expect(fit(both, effort)).toMatchObject({ lost: [{ path: 'reasoning.budgetTokens', why: 'unsupported' }] });
  });

  test('is told to a dialect that has only efforts as an effort, whatever the model', () => {
    const request = { ...hello, reasoning: { enabled: true, budgetTokens: 3000 } };
    expect(fit(request, {}, 'openai-chat').request.reasoning).toEqual({ enabled: true, effort: 'medium' });
    expect(fit(request, {}).request.reasoning).toEqual({ enabled: true, budgetTokens: 3000 });
    expect(fit({ ...hello, reasoning: { effort: 'low' } }, {}).request.reasoning).toEqual({
      enabled: true,
      effort: 'low',
    });
  });

  test('that is not there cannot be shown, and that is told', () => {
    expect(fit({ ...hello, reasoning: { enabled: false, visible: true } }, effort)).toEqual({
      ...nothing,
      request: { ...hello, reasoning: { enabled: false } },
      lost: [{ path: 'reasoning.visible', why: 'unsupported' }],
    });
  });

  test.each([{ enabled: false }, { effort: 'none' }, { enabled: true, effort: 'none' }])(
    'is not to think at all: %p',
    (reasoning) => {
      const off = { ...hello, reasoning };
      expect(fit(off, budget)).toEqual({ ...nothing, request: { ...hello, reasoning: { enabled: false } } });
      expect(fit(off, effort).request.reasoning).toEqual({ enabled: false });
      expect(fit(off, { reasoning: 'none' })).toEqual({ ...nothing, request: hello });
      expect(fit(off, { reasoning: 'effort', efforts: ['minimal', 'low'] })).toEqual({
        ...nothing,
        request: { ...hello, reasoning: { effort: 'minimal' } },
        emulated: [{ path: 'effort' in reasoning ? 'reasoning.effort' : 'reasoning', how: 'least-effort' }],
      });
    },
  );

  test('is lost where nobody thinks', () => {
    expect(fit({ ...hello, reasoning: { effort: 'low' } }, { reasoning: 'none' })).toEqual({
      ...nothing,
      request: hello,
      lost: [{ path: 'reasoning', why: 'unsupported' }],
    });
  });

  test('is not thought where tools are offered to a model that takes both only apart, and told', () => {
    const apart = { reasoning: 'effort', efforts: ['none', 'low'], toolsUnreasoned: true } as const;
    const request = { ...hello, tools: [tool('a')] };
    const off = { ...request, reasoning: { enabled: false } };
    expect(fit({ ...request, reasoning: { effort: 'low' } }, apart)).toEqual({
      ...nothing,
      request: off,
      lost: [{ path: 'reasoning', why: 'tools' }],
    });
    expect(fit(request, apart)).toEqual({
      ...nothing,
      request: off,
      emulated: [{ path: 'tools', how: 'no-reasoning' }],
    });
    expect(fit({ ...request, reasoning: { effort: 'none' } }, apart)).toEqual({ ...nothing, request: off });
    expect(fit({ ...hello, reasoning: { effort: 'low' } }, apart)).toMatchObject({
      request: { reasoning: { effort: 'low' } },
      lost: [],
    });
  });

  test('yields to a forced choice of tools, where both are refused together', () => {
    for (const toolChoice of [
      { type: 'required' },
      { type: 'named', tool: { type: 'function', name: 'a' } },
    ] satisfies ToolChoice[]) {
      const request = { ...roomy, tools: [tool('a')], toolChoice, reasoning: { effort: 'low' } };
      expect(fit(request, budget)).toMatchObject({ lost: [{ path: 'reasoning', why: 'forced-tool-choice' }] });
      expect(fit(request, budget).request.reasoning).toBeUndefined();
      expect(fit(request, effort).lost).toEqual([]);
    }
    const auto = { ...roomy, tools: [tool('a')], toolChoice: { type: 'auto' } as const, reasoning: { effort: 'low' } };
    expect(fit(auto, budget).lost).toEqual([]);
  });

  test('goes before temperature, top k and a low top p, where they are refused together', () => {
    const request = { ...roomy, reasoning: { effort: 'low' }, temperature: 0.5, topP: 0.9, topK: 5 };
    expect(fit(request, budget)).toMatchObject({
      lost: [
        { path: 'temperature', why: 'reasoning' },
        { path: 'topP', why: 'reasoning' },
        { path: 'topK', why: 'reasoning' },
      ],
    });
    expect(Object.keys(fit(request, budget).request)).toEqual(['messages', 'maxOutputTokens', 'reasoning']);
    const mild = { ...roomy, reasoning: { effort: 'low' }, temperature: 1, topP: 0.95 };
    expect(fit(mild, budget).lost).toEqual([]);
    expect(fit({ ...request, reasoning: { enabled: false } }, budget).lost).toEqual([]);
  });
});

describe('a running loop of tools', () => {
  const thought: ReasoningPart = { type: 'reasoning', text: 'hm', signature: 'sig' };
  const call: Part = { type: 'tool-call', id: 'c1', name: 'a', arguments: '{}' };
  const result: RoleMessage = {
    type: 'message',
    role: 'tool',
    parts: [{ type: 'tool-result', callId: 'c1', parts: [] }],
  };
  const said = (...parts: Part[]): RoleMessage => ({ type: 'message', role: 'assistant', parts });
  const asking = (...messages: RoleMessage[]): ChatRequest => ({
    messages: [user, ...messages],
    maxOutputTokens: 9000,
    reasoning: { enabled: true, budgetTokens: 2000 },
  });
  const target: FitTarget = { traits: { match: '*', ...cached, reasoning: 'budget' }, dialect: 'anthropic-messages' };
  const lossesOf = (request: ChatRequest, fitting: typeof fitted): readonly Loss[] => {
    const lost: Loss[] = [];
    const { request: done } = fitting(request, target, (loss) => void lost.push(loss));
    expect(done.reasoning === undefined).toBe(lost.length > 0);
    return lost;
  };
  const off = [{ path: 'reasoning', why: 'no-signature' }];

  test.each([fitted, refitted])(
    'cannot go on thinking where its turn began without a sealed thought, %p',
    (fitting) => {
      expect(lossesOf(asking(said(call), result), fitting)).toEqual(off);
      expect(lossesOf(asking(said({ type: 'reasoning', text: 'plain' }, call), result), fitting)).toEqual(off);
      expect(lossesOf(asking(said(call), result, user), fitting)).toEqual(off);
      expect(lossesOf(asking(said(thought), user, said(call), result), fitting)).toEqual(off);
      expect(lossesOf(asking(said(thought, call), result), fitting)).toEqual([]);
      expect(lossesOf(asking(said({ type: 'reasoning', encrypted: 'x' }, call), result), fitting)).toEqual([]);
      expect(lossesOf(asking(said(thought, call), result, said(call), result), fitting)).toEqual([]);
    },
  );

  test('that is over does not matter', () => {
    expect(lossesOf(asking(said(call), result, said({ type: 'text', text: 'done' }), user), fitted)).toEqual([]);
    expect(lossesOf(asking(), fitted)).toEqual([]);
  });

  test('matters only to those who think by a budget', () => {
    const request = { ...asking(said(call), result), reasoning: { effort: 'low' } };
    expect(fit(request, { reasoning: 'effort' }).lost).toEqual([]);
  });
});
