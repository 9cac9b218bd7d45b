import { describe, expect, test } from 'bun:test';
import { recorded } from '../../../test/recordings.ts';
import { isJsonObject } from '../../core/json.ts';
import type { Loss } from '../../core/loss.ts';
import { utf8Bytes, utf8Text } from '../text.ts';
import { countRequest } from './request.ts';
import { countPeek, countResponse } from './token-count.ts';

describe('a count of tokens', () => {
  test('is one number, and what else was said comes back', () => {
    const value = countResponse.decode(wireOf({ input_tokens: 14, context_management: { original_input_tokens: 20 } }));
    expect(value).toEqual({
      inputTokens: 14,
      extras: { 'anthropic-token-count': { context_management: { original_input_tokens: 20 } } },
    });
    expect(spelled(value)).toEqual({ input_tokens: 14, context_management: { original_input_tokens: 20 } });
  });

  test('that has none is garbled', () => {
    for (const body of [{}, { input_tokens: null }, { input_tokens: '14' }, { input_tokens: 1.5 }])
      expect(() => countResponse.decode(wireOf(body))).toThrow("'input_tokens' should be an integer");
  });

  test('costs nothing', () => {
    expect(countPeek.whole(wireOf({ input_tokens: 14 }))).toEqual({
      ...{ usage: { tokens: {} }, terminal: true, producedBytes: 0, producedFrames: 0 },
    });
  });

  test('that is no count is a failure before anybody reads it', () => {
    for (const text of ['', '<html>', '[]', '{}', '{"input_tokens":"14"}']) {
      const { failure, usage } = countPeek.whole({ kind: 'json', bytes: utf8Bytes(text) });
      expect({ text, kind: failure?.kind, usage }).toEqual({ text, kind: 'provider-garbled', usage: undefined });
    }
  });

  test('that is an error in its place is a failure', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    const { failure, usage } = countPeek.whole(wireOf(error));
    expect({ kind: failure?.kind, usage }).toEqual({ kind: 'provider-overloaded', usage: undefined });
  });
});

describe('the question for a count', () => {
  const question = { model: 'claude-opus-4-6', messages: [{ role: 'user', content: 'Hi' }] };

  test('names no limit, whoever set one', () => {
    const value = countRequest.decode(wireOf(question));
    for (const limited of [value, { ...value, maxOutputTokens: 7 }]) {
      const { bytes, headers } = countRequest.encode(limited, refuseLoss);
      expect(JSON.parse(utf8Text(bytes, 0, bytes.length))).toEqual(question);
      expect(headers).toEqual({ 'anthropic-version': '2023-06-01' });
    }
    const wire = wireOf(question);
    expect(countRequest.splice(wire, { maxOutputTokens: 7 }, refuseLoss).bytes).toBe(wire.bytes);
  });
});

test.skipIf(recorded('anthropic').length === 0)('every recorded count comes back as it was', () => {
  const counts = recorded('anthropic').filter(({ endpoint, status }) => endpoint === 'count_tokens' && status === 200);
  for (const { responseBody } of counts) {
    if (!isJsonObject(responseBody)) throw new Error('a recorded count is no object');
    expect(spelled(countResponse.decode(wireOf(responseBody)))).toEqual(responseBody);
  }
  expect(counts.length).toBeGreaterThan(0);
});

function wireOf(body: object) {
  return { kind: 'json', bytes: utf8Bytes(JSON.stringify(body)) } as const;
}

function refuseLoss({ path }: Loss): never {
  throw new Error(`${path} was lost`);
}

function spelled(value: ReturnType<typeof countResponse.decode>): unknown {
  const { bytes } = countResponse.encode(value, refuseLoss);
  return JSON.parse(utf8Text(bytes, 0, bytes.length));
}
