import { describe, expect, test } from 'bun:test';
import type { Json } from '../../core/json.ts';
import type { WireBody } from '../../core/payload.ts';
import { asAsked } from './as-asked.ts';

const wire = (text: string): WireBody => ({ kind: 'json', bytes: new TextEncoder().encode(text) });
const asking = (encoding?: string | null): WireBody =>
  wire(JSON.stringify({ model: 'm', input: 'a', ...(encoding !== undefined && { encoding_format: encoding }) }));
const given = (text: string, encoding?: string | null): string =>
  new TextDecoder().decode(asAsked(wire(text), asking(encoding)).bytes);

const floats = (vectors: readonly Json[]): string =>
  `{ "object":"list",\n"data" : [${vectors.map((vector, index) => `{"object":"embedding", "embedding":${JSON.stringify(vector)},"index":${index},"big":12345678901234567890}`)}],"model":"m","usage":{"prompt_tokens":1} }\n`;

const numbers = floats([[1, -2.5], [0.1]]);
const texts = floats(['AACAPwAAIMA=', 'zczMPQ==']);

describe('an answer in the encoding that was asked for', () => {
  test('is not touched', () => {
    for (const [text, encoding] of [
      [numbers, 'float'],
      [numbers, undefined],
      [numbers, null],
      [texts, 'base64'],
      [numbers, 'ubinary'],
      [texts, 'ubinary'],
    ] as const) {
      const answer = wire(text);
      expect(asAsked(answer, asking(encoding))).toBe(answer);
    }
  });
});

describe('an answer in the other encoding', () => {
  test('is given in the one that was asked for, and nothing else of it changes', () => {
    expect(given(numbers, 'base64')).toBe(texts);
    expect(given(texts, 'float')).toBe(numbers.replace('0.1]', '0.10000000149011612]'));
    expect(given(texts)).toBe(given(texts, 'float'));
  });

  test('is found wherever its vectors stand', () => {
    const late = (vector: string): string =>
      `{"usage":{"prompt_tokens":1},"embedding":[9],"note":"\\"embedding\\":[","data":[{"meta":{"embedding":[9]},"embedding":${vector}}]}`;
    expect(given(late('[1]'), 'base64')).toBe(late('"AACAPw=="'));
    expect(given(late('"AACAPw=="'), 'float')).toBe(late('[1]'));
    const alike = String.raw`{"data":[{"a\"embedding":[9],"embedding":"AACAPw=="}]}`;
    expect(given(alike, 'float')).toBe(alike.replace('"AACAPw=="', '[1]'));
    const long = `{"note":"${'n'.repeat(5000)}","data":[{"embedding":[1]}]}`;
    expect(given(long, 'base64')).toBe(long.replace('[1]', '"AACAPw=="'));
  });

  test('may come in either, one by one', () => {
    expect(given(floats([[1], 'AACAPw==']), 'base64')).toBe(floats([[1], 'AACAPw==']).replace('[1]', '"AACAPw=="'));
    const second = '{"usage":{},"data":[{"embedding":"AACAPw=="},{"embedding":[1]}]}';
    expect(given(second, 'base64')).toBe(second.replace('[1]', '"AACAPw=="'));
  });

  test('is read although its slashes are escaped', () => {
    expect(given('{"data":[{"embedding":"\\/\\/\\/\\/PQ=="}]}', 'float')).toBe(
      '{"data":[{"embedding":[0.12499999254941940]}]}'.replace('40]', '4]'),
    );
  });

  test('that is no vector at all is garbled, naming the place', () => {
    for (const [text, encoding] of [
      [floats(['AACA']), 'float'],
      [floats(['not base64!']), 'float'],
      [floats([[1, 'a']]), 'base64'],
      [floats([[]]), 'base64'],
      [floats([[1e39]]), 'base64'],
      [floats([{ a: 1 }]), 'base64'],
      [floats([null]), 'float'],
    ] as const) {
      expect(() => given(text, encoding)).toThrow(
        expect.objectContaining({ kind: 'provider-garbled', message: expect.stringContaining("'data[0].embedding'") }),
      );
    }
    expect(() => given('{"data":[{"embedding":[1]}', 'base64')).toThrow(
      expect.objectContaining({ kind: 'provider-garbled' }),
    );
  });

  test('stays as it is for a caller who did not say, if it is none of ours', () => {
    const eightBits = Buffer.from(Array.from({ length: 256 }, (_, at) => (at * 91) % 256)).toString('base64');
    for (const vector of [eightBits, 'AACA', { a: 1 }]) {
      expect(given(floats([vector]))).toBe(floats([vector]));
      expect(given(floats([vector]), null)).toBe(floats([vector]));
    }
  });

  test('without vectors has none to change', () => {
    for (const text of ['{"data":[]}', '{}', '{"object":"list","embedding":[1]}', '{"data":{"a":{"embedding":[1]}}}']) {
      expect(given(text, 'base64')).toBe(text);
    }
  });
});
