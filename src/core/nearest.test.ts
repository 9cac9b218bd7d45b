import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { didYouMean, nearestAmong } from './nearest.ts';

const known = [
  'openai/gpt-5-mini',
  'openai/gpt-5',
  'groq/llama-3.3-70b-versatile',
  'fast',
  'listen',
  'base_url',
  'api_key',
];
const nearest = nearestAmong(known);

test('a mistyped name finds the one that was meant', () => {
  expect(nearest('opnai/gpt5-mini')).toEqual(['openai/gpt-5-mini']);
  expect(nearest('api_kye')).toEqual(['api_key']);
  expect(nearest('baseurl')).toEqual(['base_url']);
  expect(nearest('FATS')).toEqual(['fast']);
});

test('a name that is only begun finds those that go on', () => {
  expect(nearest('openai')).toEqual(['openai/gpt-5', 'openai/gpt-5-mini']);
});

test('what is near to nothing finds nothing', () => {
  expect(nearest('completely-different')).toEqual([]);
  expect(nearest('')).toEqual([]);
  expect(nearest('x'.repeat(10_000))).toEqual([]);
});

test('at most three are named, the nearest first', () => {
  expect(nearestAmong(['aaab', 'aaac', 'aaad', 'aaae', 'aaaa'])('aaaa')).toEqual(['aaaa', 'aaab', 'aaac']);
});

test('suggestions read as a question', () => {
  expect(didYouMean([])).toBe('');
  expect(didYouMean(['a'])).toBe('did you mean a?');
  expect(didYouMean(['a', 'b', 'c'])).toBe('did you mean a, b or c?');
});

/** The plain definition, without band or short cuts. */
function plainDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let line = 1; line <= from.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= to.length; column += 1) {
      const kept = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(kept, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

test('the short cuts change no answer', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-', '1', 'q'), minLength: 1, maxLength: 14 });
  fc.assert(
    fc.property(word, word, (wanted, other) => {
      const allowed = Math.min(4, Math.ceil(Math.min(wanted.length, other.length) / 3));
      const begun = wanted.length >= 3 && other.startsWith(wanted);
      expect(nearestAmong([other])(wanted).length === 1).toBe(begun || plainDistance(wanted, other) <= allowed);
    }),
    { numRuns: 2000 },
  );
});
