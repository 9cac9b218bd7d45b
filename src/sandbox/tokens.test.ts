import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { countTokens, tokensOf } from './tokens.ts';

test('a token is a word with the space before it, and a long word is several', () => {
  expect(tokensOf('Hello,  wide world\n')).toEqual(['Hello,', '  wide', ' world', '\n']);
  expect(tokensOf('abcdefghijklmnopqrs 🌉')).toEqual(['abcdefghijklmnop', 'qrs', ' 🌉']);
  expect(tokensOf('')).toEqual([]);
});

test('the tokens of any text joined are the text, and are no more than its bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      expect(tokensOf(text).join('')).toBe(text);
      expect(countTokens(text)).toBeLessThanOrEqual(new TextEncoder().encode(text).length);
    }),
  );
});

test('a megabyte of spaces is counted in no time', () => {
  const before = performance.now();
  expect(countTokens(`${' '.repeat(1_000_000)}x${' '.repeat(1_000_000)}`)).toBe(2);
  expect(performance.now() - before).toBeLessThan(500);
});
