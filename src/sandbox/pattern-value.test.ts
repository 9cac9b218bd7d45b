import { expect, test } from 'bun:test';
import { drawsOf } from './chance.ts';
import { patternValue } from './pattern-value.ts';

const made = (pattern: string, least = 0, most = 100): string =>
  patternValue(pattern, { path: 'x', draw: drawsOf(() => pattern), least, most });

test.each([
  '^[a-z]+$',
  '^\\d{3}-\\d{4}$',
  '^(red|green|blue)$',
  '^#[0-9a-fA-F]{6}$',
  '[A-Z]{2}[0-9]{2,4}',
  '^[^\\s@]+@[^\\s@]+\\.[a-z]{2,}$',
  '^(?:[01]\\d|2[0-3]):[0-5]\\d$',
  '^\\+?[1-9]\\d{1,14}$',
  '^v(?<major>\\d+)\\.\\d+(\\.\\d+)?$',
  '^a|b$',
  '^[\\w-]{5}$',
  '^[^a-zA-Z0-9]\\x41\\u0042\\t.$',
  '^x*?y+?$',
  '',
])('a text is made that the pattern %s matches', (pattern) => {
  expect(made(pattern)).toMatch(new RegExp(pattern, 'u'));
});

test('a repetition is drawn out until the text has the length that is demanded', () => {
  expect(made('^[a-z]+$', 40, 40)).toMatch(/^[a-z]{40}$/);
  expect(made('^[a-z]+$', 900, 900)).toMatch(/^[a-z]{900}$/);
  expect(made('^\\d{2,8}$', 5, 6)).toMatch(/^\d{5,6}$/);
});

test.each([
  ['^(?=a)b$', 'look-around'],
  ['^(a)\\1$', "'\\1'"],
  ['\\bword\\b', "'\\b'"],
  ['^\\p{L}+$', "'\\p'"],
  ['a^b', "'^'"],
  ['(a', "a ')' is missing"],
  ['a)', "a ')' too many"],
  ['[z-a]', 'range in the wrong order'],
  ['a{5,2}', 'from more to fewer'],
  ['[', 'ends too early'],
])('%s is refused, and the refusal says why', (pattern, why) => {
  expect(() => made(pattern)).toThrow(why);
});

test('a pattern that no text of the length matches is refused', () => {
  expect(() => made('^abc$', 4, 9)).toThrow('of the length it demands');
});

test('a pattern made to be costly is given up in no time', () => {
  const before = performance.now();
  expect(() => made('^((a{0}){99999}){99999}$', 1)).toThrow('leads too far');
  expect(() => made('^(((((()*)*)*)*)*)*$', 1)).toThrow();
  expect(performance.now() - before).toBeLessThan(500);
});
