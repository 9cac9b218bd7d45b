import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { isPattern, modelPattern } from './model-pattern.ts';

test('a star stands for any characters, a hash for one digit, without regard to case', () => {
  const cases = [
    ['gpt-5-nano-*', 'GPT-5-nano-2025', true],
    ['gpt-5-nano-*', 'gpt-5-nano', false],
    ['gpt-6-luna-####-##-##', 'gpt-6-luna-2026-10-01', true],
    ['gpt-6-luna-####-##-##', 'gpt-6-luna-2026-10-0x', false],
    ['gpt-6-luna-####-##-##', 'gpt-6-luna-2026-10-011', false],
    ['*nova-lite*', 'us.amazon.nova-lite-v1:0', true],
    ['*-preview', 'gemini-preview', true],
    ['*-preview', 'gemini-preview-2', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
    ['a*a', 'a', false],
    ['*', '', true],
    ['*', 'anything/at all', true],
  ] as const;
  expect(cases.map(([pattern, name]) => modelPattern(pattern).matches(name))).toEqual(
    cases.map(([, , wanted]) => wanted),
  );
});

test('only a name with a star or a hash is a pattern', () => {
  expect(['gpt-5', 'meta-llama/Llama-3', '*', 'a#'].map(isPattern)).toEqual([false, false, true, true]);
});

test('a pattern agrees with the regular expression it stands for', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', '.'), maxLength: 12 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '#', '.'), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (spelled, name) => {
      const expression = spelled.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('#', '\\d');
      expect(modelPattern(spelled).matches(name)).toBe(new RegExp(`^${expression}$`).test(name));
    }),
    { numRuns: 2000 },
  );
});

test('a hostile name costs no more than its length', () => {
  const pattern = modelPattern('*a*a*a*a*a*a*b');
  const began = performance.now();
  for (let round = 0; round < 100; round += 1) pattern.matches('a'.repeat(1024));
  expect(performance.now() - began).toBeLessThan(100);
});
