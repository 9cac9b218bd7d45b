import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { vectorBase64, vectorNumbers } from './vector.ts';

describe('a vector', () => {
  test('is the same numbers after it was base64, as far as 32 bits hold them', () => {
    const numbers = fc.array(fc.float({ noNaN: true, min: -1_000_000, max: 1_000_000 }), { minLength: 1 });
    fc.assert(
      fc.property(numbers, (vector) => {
        const text = vectorBase64(vector);
        expect(text).toBeString();
        expect(vectorNumbers(text ?? '')).toEqual(vector);
      }),
    );
    expect(vectorBase64([0.1])).toBe(vectorBase64([Math.fround(0.1)]));
  });

  test('has its low byte first, as OpenAI’s SDK reads it', () => {
    expect(vectorBase64([1, -2.5])).toBe('AACAPwAAIMA=');
    expect(vectorNumbers('AACAPwAAIMA=')).toEqual([1, -2.5]);
  });

  test('is none if its numbers are none', () => {
    expect([[Number.NaN], [1, Number.POSITIVE_INFINITY], [1e39]].map(vectorBase64)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test.each([
    ['nothing', ''],
    ['no base64', 'AACAPw-_'],
    ['blanks in base64', 'AACA Pw=='],
    ['half a float', 'AACA'],
    ['not a number', 'AADAfw=='],
    ['infinity', 'AACAfw=='],
    [
      '256 whole numbers of 8 bits',
      Buffer.from(Array.from({ length: 256 }, (_, at) => (at * 37) % 256)).toString('base64'),
    ],
  ])('is not read out of %s', (_, text) => {
    expect(vectorNumbers(text)).toBeUndefined();
  });
});
