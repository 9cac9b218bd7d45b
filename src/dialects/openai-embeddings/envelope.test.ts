import { describe, expect, test } from 'bun:test';
import { Failure } from '../../core/failure.ts';
import type { Json } from '../../core/json.ts';
import type { WireBody } from '../../core/payload.ts';
import { openaiEmbeddings } from './index.ts';

const { envelope } = openaiEmbeddings.request;
const wire = (text: string): WireBody => ({ kind: 'json', bytes: new TextEncoder().encode(text) });
const asked = (changes: { readonly [member: string]: Json }): string =>
  JSON.stringify({ model: 'm', input: 'Hello', ...changes });

function refusal(text: string): {
  readonly kind: string;
  readonly param: string | undefined;
  readonly message: string;
} {
  try {
    envelope(wire(text));
  } catch (thrown) {
    if (thrown instanceof Failure) return { kind: thrown.kind, param: thrown.details.param, message: thrown.message };
    throw thrown;
  }
  throw new Error(`${text} was not refused`);
}

describe('the envelope of a request for embeddings', () => {
  test('says what a gateway must know', () => {
    const text = asked({ user: 'someone', dimensions: 5, encoding_format: 'base64', vendors_own: { a: [1] } });
    expect(envelope(wire(text))).toEqual({
      model: 'm',
      stream: false,
      streamUsage: false,
      choices: 1,
      maxOutputTokens: 0,
      endUser: 'someone',
      unmeasured: [],
      bytes: text.length,
    });
  });

  test.each<[Json]>([['a'], ['\\"]'], [['a', '', 'b'.repeat(1000)]], [[1, 20, 300]], [[[1, 2], [0]]]])(
    'takes the input %j',
    (input) => {
      expect(envelope(wire(asked({ input }))).model).toBe('m');
      expect(envelope(wire(JSON.stringify({ model: 'm', input }, undefined, 2))).model).toBe('m');
    },
  );

  test.each<[Json, string, string]>([
    [null, 'input', 'Missing required'],
    ['', 'input', 'empty string'],
    [[], 'input', 'empty array'],
    [{}, 'input', 'a string or an array, but got an object'],
    [true, 'input', 'but got a boolean'],
    [7, 'input', 'but got a number'],
    [[null], 'input[0]', 'but got null'],
    [[{ image_url: 'http://a' }], 'input[0]', 'but got an object'],
    [['a', { image_url: 'http://a' }], 'input[1]', 'expected a string, but got an object'],
    [['a', 1], 'input[1]', 'expected a string, but got a number'],
    [[1, 'a'], 'input[1]', 'expected a token'],
    [[1.5], 'input[0]', 'expected a token'],
    [[-1], 'input[0]', 'expected a token'],
    [[[1], []], 'input[1]', 'empty array'],
    [[[1], 2], 'input[1]', 'expected an array of tokens, but got a number'],
    [[[1], [2, '3']], 'input[1][1]', 'expected a token'],
    [[[1], [[2]]], 'input[1][0]', 'expected a token'],
  ])('refuses the input %j, naming the place', (input, param, words) => {
    expect(refusal(asked({ input }))).toEqual({
      kind: 'request-invalid',
      param,
      message: expect.stringContaining(words),
    });
  });

  test.each<[string, string]>([
    ['{"input":"a"}', 'model'],
    [asked({ model: '' }), 'model'],
    [asked({ model: 7 }), 'model'],
    ['{"model":"m"}', 'input'],
    [asked({ Input: 'b' }), 'Input'],
    ['{"model":"m","input":"a","Encoding_Format":"float"}', 'Encoding_Format'],
    [asked({ encoding_format: 5 }), 'encoding_format'],
    [asked({ dimensions: 0 }), 'dimensions'],
    [asked({ dimensions: 1.5 }), 'dimensions'],
    [asked({ dimensions: '5' }), 'dimensions'],
    [asked({ user: 5 }), 'user'],
    [asked({ stream: true }), 'stream'],
    [asked({ stream: 'no' }), 'stream'],
    ['{"model":"m","input":"a","input":"b"}', 'input'],
  ])('refuses %s, naming the field', (text, param) => {
    expect(refusal(text)).toMatchObject({ kind: 'request-invalid', param });
  });

  test('leaves to the vendor what the vendor may know', () => {
    const text = asked({
      encoding_format: 'ubinary',
      dimensions: null,
      user: null,
      stream: false,
      input_type: 'query',
    });
    expect(envelope(wire(text))).not.toHaveProperty('endUser');
  });
});

describe('the splices', () => {
  test('change the model and nothing else', () => {
    const text = '{ "input" : "a\\u0062",\n "model":"up/m", "big":12345678901234567890 }';
    const { bytes } = openaiEmbeddings.request.splice(wire(text), { model: 'm' }, () => undefined);
    expect(new TextDecoder().decode(bytes)).toBe(text.replace('up/m', 'm'));
  });

  test('find no output to limit', () => {
    const asIs = wire(asked({}));
    expect(openaiEmbeddings.request.splice(asIs, { model: 'm', maxOutputTokens: 5 }, () => undefined)).toBe(asIs);
  });
});
