import { describe, expect, test } from 'bun:test';
import { isJsonObject } from '../core/json.ts';
import { doubleOf, parseJson } from './exact-json.ts';

describe('a number keeps its digits', () => {
  test.each([
    '12345678901234567890',
    '-9007199254740993',
    '9007199254740993',
    '0.1234567890123456789',
    '123456789.0123456789',
    '1.00000000000000000001e5',
    '[{"a":12345678901234567891},"12345678901234567891",1]',
    '{"__proto__":12345678901234567891}',
  ])('%s', (text) => {
    expect(JSON.stringify(parseJson(text))).toBe(text);
  });
});

test('one that a double holds is a number like any other', () => {
  const text = '[9007199254740992,0.1,1000000000000000000000,1.50000000000000000,-0.000000000000000001,1e300]';
  expect(parseJson(text)).toEqual([9007199254740992, 0.1, 1e21, 1.5, -1e-18, 1e300]);
});

test('one that was kept is no object, and is near some double', () => {
  const kept = parseJson('12345678901234567891');
  expect([isJsonObject(kept), doubleOf(kept), doubleOf('a'), doubleOf(1)]).toEqual([
    false,
    12345678901234567000,
    'a',
    1,
  ]);
});

test('text that is no JSON is refused, with long numbers or without', () => {
  for (const text of ['{', '12345678901234567891 1', '']) expect(() => parseJson(text)).toThrow(SyntaxError);
});
