import { expect, test } from 'bun:test';
import { modelPattern } from '../catalog/model-pattern.ts';
import { claude } from './claude.ts';
import { providerKinds } from './index.ts';
import type { ModelTraits } from './model-traits.ts';
import { openai } from './openai.ts';

function traitsOf(list: readonly ModelTraits[], model: string): ModelTraits | undefined {
  return list.find(({ match }) => modelPattern(match).matches(model));
}

test('each of Claude’s models has the limits that its vendor publishes', () => {
  const rows = [
    ['claude-3-haiku-20240307', 4_096, 'none', undefined, false],
    ['claude-3-5-haiku-20241022', 8_192, 'none', undefined, false],
    ['claude-3-7-sonnet-latest', 64_000, 'budget', undefined, false],
    ['claude-opus-4-20250514', 32_000, 'budget', undefined, false],
    ['claude-opus-4-0', 32_000, 'budget', undefined, false],
    ['claude-sonnet-4-20250514', 64_000, 'budget', undefined, false],
    ['claude-opus-4-1-20250805', 32_000, 'budget', 'one', false],
    ['claude-sonnet-4-5-20250929', 64_000, 'budget', 'one', true],
    ['claude-haiku-4-5', 64_000, 'budget', 'one', true],
    ['claude-opus-4-5-20251101', 64_000, 'budget', 'one', true],
    ['claude-opus-4-6', 128_000, 'effort', 'one', true],
    ['claude-sonnet-4-6', 128_000, 'effort', 'one', true],
    ['claude-opus-4-8', 128_000, 'effort', 'none', true],
    ['claude-opus-5', 128_000, 'effort', 'none', true],
    ['claude-opus-5-5', 128_000, 'effort', 'none', true],
    ['claude-fable-5-1', 128_000, 'effort', 'none', true],
    ['some-other-model', undefined, undefined, undefined, true],
  ] as const;
  expect(
    rows.map(([model]) => {
      const { maxOutputTokens, reasoning, sampling, outputs, ...rest } = traitsOf(claude, model) ?? { match: '' };
      expect(rest).toMatchObject({ limitNeeded: true, oneChoice: true, cacheBreakpoints: true });
      return [model, maxOutputTokens, reasoning, sampling, outputs?.includes('json-schema') ?? true];
    }),
  ).toEqual(rows.map((row) => [...row]));
});

test('a model that always thinks is never told not to', () => {
  const canStop = (model: string): boolean => traitsOf(claude, model)?.efforts?.[0] === 'none';
  expect(['claude-opus-5', 'claude-sonnet-5', 'claude-haiku-5-5', 'claude-opus-4-7'].map(canStop)).not.toContain(false);
  expect(['claude-opus-5-5', 'claude-fable-5', 'claude-mythos-5-1'].map(canStop)).not.toContain(true);
});

test('a tool can be forced on all of Claude’s models but those that always think and came last', () => {
  const forced = (model: string): boolean => traitsOf(claude, model)?.forcedChoice === undefined;
  expect(['claude-opus-5', 'claude-fable-5', 'claude-mythos-5-20260401', 'claude-haiku-4-5'].map(forced)).not.toContain(
    false,
  );
  expect(['claude-opus-5-5', 'claude-fable-5-1', 'claude-mythos-5-1'].map(forced)).not.toContain(true);
});

test('Claude is held to closed schemas from 4.5 on, and to none before', () => {
  const models = [
    'claude-3-5-haiku-latest',
    'claude-opus-4-1',
    'claude-haiku-4-5',
    'claude-opus-4-6',
    'claude-fable-5-1',
  ];
  expect(models.map((model) => traitsOf(claude, model)?.schemas)).toEqual([
    'none',
    'none',
    'closed',
    'closed',
    'closed',
  ]);
});

test('OpenAI’s models from 5.4 on are offered tools without an effort, if they can be without one', () => {
  const list = openai.operations.chat?.[0].traits ?? [];
  const models = ['gpt-5', 'gpt-5.2', 'gpt-5.4-mini', 'gpt-5.5', 'gpt-5.6-luna', 'gpt-6-astra', 'gpt-6-luna'];
  expect(models.map((model) => traitsOf(list, model)?.toolsUnreasoned === true)).toEqual([
    ...[false, false, true, true, true, false, true],
  ]);
  for (const { toolsUnreasoned, efforts } of list) if (toolsUnreasoned === true) expect(efforts).toContain('none');
});

test('OpenAI’s models are told to reason only where they can', () => {
  const list = openai.operations.chat?.[0].traits ?? [];
  const styles = [
    'gpt-4o-mini',
    'gpt-4.1',
    'o3',
    'o4-mini',
    'gpt-5-mini',
    'gpt-5-chat-latest',
    'gpt-5.1',
    'gpt-6-luna',
  ];
  expect(styles.map((model) => [model, traitsOf(list, model)?.reasoning, traitsOf(list, model)?.sampling])).toEqual([
    ['gpt-4o-mini', 'none', undefined],
    ['gpt-4.1', 'none', undefined],
    ['o3', 'effort', 'none'],
    ['o4-mini', 'effort', 'none'],
    ['gpt-5-mini', 'effort', 'none'],
    ['gpt-5-chat-latest', 'none', undefined],
    ['gpt-5.1', 'effort', undefined],
    ['gpt-6-luna', 'effort', 'none'],
  ]);
});

test('whatever a model is called, the traits of an offer say something of it, and no line of them is out of reach', () => {
  for (const { name, operations } of providerKinds) {
    for (const { traits = [] } of operations.chat ?? []) {
      if (traits.length > 0) expect({ name, last: traits.at(-1)?.match }).toEqual({ name, last: '*' });
      for (const { match } of traits) {
        const example = match.replaceAll('*', 'x').replaceAll('#', '7');
        expect({ name, match: traitsOf(traits, example)?.match }).toEqual({ name, match });
      }
    }
  }
});
