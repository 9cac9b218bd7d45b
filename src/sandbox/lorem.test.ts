import { expect, test } from 'bun:test';
import { drawsOf } from './chance.ts';
import { prose } from './lorem.ts';
import { tokensOf } from './tokens.ts';

test('prose has exactly as many tokens as are asked for, in sentences', () => {
  for (const count of [0, 1, 2, 17, 300]) {
    const text = prose(
      count,
      drawsOf(() => 'a seed'),
    );
    expect(tokensOf(text)).toHaveLength(count);
    if (count > 0) expect(text).toMatch(/^[A-Z][a-z ]*(\. [A-Z][a-z ]*)*\.$/);
  }
});

test('the same seed writes the same, another one something else', () => {
  const write = (seed: string): string =>
    prose(
      40,
      drawsOf(() => seed),
    );
  expect(write('one')).toBe(write('one'));
  expect(write('one')).not.toBe(write('other'));
});
