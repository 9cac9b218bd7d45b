import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { scrubber } from './scrub.ts';

const canary = 'ca-Nary/+with=odd%signs-0123456789wxyz';
const scrub = scrubber([canary]);

test('a secret is removed however a provider spells it', () => {
  const spellings = [
    canary,
    canary.toUpperCase(),
    encodeURIComponent(canary),
    encodeURIComponent(canary).toLowerCase(),
    'ca-Nar***wxyz',
    'ca-N***********************wxyz',
    'ca-Nary...wxyz',
    'ca-Nary…',
    '••••wxyz',
  ];
  const said = spellings.map((spelling) => scrub(`Incorrect key: "${spelling}", try another.`));
  expect(said).toEqual(spellings.map(() => 'Incorrect key: "[redacted]", try another.'));
});

test('a secret with a quote is found in JSON', () => {
  const odd = 'odd"quoted\\secret';
  expect(scrubber([odd])(JSON.stringify({ key: odd }))).toBe('{"key":"[redacted]"}');
});

test('what is no part of the secret stays', () => {
  const texts = ['wait... what?', '**bold** text', 'a masked zz-ab***qrst of somebody else', 'ca-***', 'nothing here'];
  expect(texts.map(scrub)).toEqual(texts);
  expect(scrubber([])('anything')).toBe('anything');
  expect(scrubber([''])('anything')).toBe('anything');
});

test('a short secret is removed where it stands alone, not inside words', () => {
  expect(scrubber(['none'])('key none refused, nonetheless')).toBe('key [redacted] refused, nonetheless');
});

test('of two secrets that begin alike the longer one goes first', () => {
  expect(scrubber(['canary-12', 'canary-12345'])('canary-12345 canary-12')).toBe('[redacted] [redacted]');
});

test('no text gives a secret away, wherever it stands', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (before, after) => {
      expect(scrub(before + canary + after)).not.toContain(canary);
    }),
  );
});

test('a long text without a secret costs milliseconds', () => {
  const began = performance.now();
  scrub('a'.repeat(100_000));
  scrub('*'.repeat(100_000));
  scrub('a*'.repeat(50_000));
  expect(performance.now() - began).toBeLessThan(500);
});
