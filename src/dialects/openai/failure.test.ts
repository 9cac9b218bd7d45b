import { describe, expect, test } from 'bun:test';
import { Failure, failures } from '../../core/failure.ts';
import type { Json } from '../../core/json.ts';
import { failure } from './failure.ts';

describe('a failure at our door', () => {
  test.each([
    [
      new Failure('request-invalid', "Invalid type for 'n'.", { param: 'n' }),
      400,
      'invalid_request_error',
      'n',
      null,
      {},
    ],
    [
      new Failure('request-invalid', "Invalid type for 'n'.", { param: 'n', code: 'invalid_type' }),
      400,
      'invalid_request_error',
      'n',
      'invalid_type',
      {},
    ],
    [new Failure('credential-invalid', 'No such key.'), 401, 'invalid_request_error', null, 'invalid_api_key', {}],
    [new Failure('model-unknown', 'No such model.'), 404, 'invalid_request_error', null, 'model_not_found', {}],
    [new Failure('body-too-large', 'Too large.'), 413, 'invalid_request_error', null, 'request_too_large', {}],
    [
      new Failure('provider-rate-limited', 'Slow down.', { retryAfterMs: 1200.5 }),
      429,
      'requests',
      null,
      'rate_limit_exceeded',
      { 'retry-after': '2', 'retry-after-ms': '1201' },
    ],
    [
      new Failure('provider-quota-exhausted', 'No credit.'),
      429,
      'insufficient_quota',
      null,
      'insufficient_quota',
      { 'x-should-retry': 'false' },
    ],
    [
      new Failure('rate-limited', 'Too many.', { type: 'tokens', retryAfterMs: 59_000.2 }),
      429,
      'tokens',
      null,
      'rate_limit_exceeded',
      { 'retry-after': '60', 'retry-after-ms': '59001' },
    ],
    [
      new Failure('rate-limited', 'Never.', { type: 'requests', retry: 'never' }),
      429,
      'requests',
      null,
      'rate_limit_exceeded',
      { 'x-should-retry': 'false' },
    ],
    [
      new Failure('budget-exhausted', 'Spent.'),
      429,
      'insufficient_quota',
      null,
      'insufficient_quota',
      { 'x-should-retry': 'false' },
    ],
    [new Failure('provider-unreachable', 'No route.'), 502, 'server_error', null, 'provider_unreachable', {}],
    [
      new Failure('provider-credential-refused', 'Renew it.', {
        code: 'invalid_api_key',
        type: 'invalid_request_error',
      }),
      502,
      'server_error',
      null,
      'provider_credential_refused',
      { 'x-should-retry': 'false' },
    ],
    [
      new Failure('provider-refused', 'Not valid.', {
        status: 409,
        code: 'x',
        type: 'y',
        param: 'z',
        extras: { why: 1 },
      }),
      409,
      'y',
      'z',
      'x',
      { 'x-should-retry': 'false' },
    ],
  ] as const)('%s has OpenAI’s envelope and headers', (...[problem, status, type, param, code, headers]) => {
    expect(failure.encode(problem, 'req_1')).toEqual({
      status,
      headers,
      body: { error: { message: problem.message, type, param, code, ...(problem.details.extras ?? {}) } },
    });
  });

  test('every kind has words, and none tells its cause', () => {
    for (const kind of Object.keys(failures) as (keyof typeof failures)[]) {
      const { body } = failure.encode(new Failure(kind, 'It is so.', { cause: new Error('secret') }), 'req_1');
      expect(JSON.stringify(body)).not.toContain('secret');
      expect(body).toMatchObject({ error: { message: 'It is so.', type: expect.any(String), param: null } });
    }
  });

  test('in mid-stream it is the last frame: nothing after it says that the answer is whole', () => {
    expect(failure.frames(new Failure('provider-timeout', 'Silence.'), 'req_1')).toEqual([
      { data: '{"error":{"message":"Silence.","type":"server_error","param":null,"code":"provider_timeout"}}' },
    ]);
  });
});

describe('a provider’s error answer', () => {
  test.each<[string, Json, object]>([
    [
      'OpenAI’s',
      { error: { message: 'A', type: 'b', param: 'c', code: 'd' } },
      { message: 'A', type: 'b', param: 'c', code: 'd' },
    ],
    ['a text', { error: 'A', error_type: 'b' }, { message: 'A', type: 'b' }],
    ['a list of texts', { error: ['A', 'B'] }, { message: 'A; B' }],
    ['bare', { object: 'error', message: 'A', type: 'b', code: 4 }, { message: 'A', type: 'b', code: '4' }],
    ['a message with a name', { message: 'A', request_id: 'r' }, { message: 'A', request_id: 'r' }],
    ['a detail', { detail: 'A' }, { message: 'A' }],
    ['a detail that is an error', { detail: { message: 'A', code: 'd' } }, { message: 'A', code: 'd' }],
    [
      'a list of complaints',
      { detail: [{ loc: ['body', 'messages', 0, 'role'], msg: 'Field required' }, { msg: 'And more' }] },
      { message: 'messages[0].role: Field required; And more', param: 'messages[0].role' },
    ],
    [
      'in a list',
      [{ error: { message: 'A', status: 'INVALID_ARGUMENT' } }],
      { message: 'A', status: 'INVALID_ARGUMENT' },
    ],
    ['a list of errors', { success: false, errors: [{ code: 7, message: 'A' }] }, { message: 'A', code: '7' }],
  ])('%s is understood', (_, answer, words) => {
    const problem = failure.decode({ status: 422, headers: new Headers(), bytes: bytes(JSON.stringify(answer)) });
    expect(failure.encode(problem, 'req_1')).toMatchObject({ status: 422, body: { error: words } });
  });

  test.each([
    ['plain text', 'Missing field `messages`\n', 'Missing field `messages`'],
    [
      'a web page',
      '<!DOCTYPE html><html><title>Bad &amp; broken</title>',
      'The provider answered 422 with a web page: Bad &amp; broken.',
    ],
    ['nothing', '  ', 'The provider answered 422 without a word.'],
    ['JSON that says nothing', '{"ok":false}', '{"ok":false}'],
    ['broken JSON', '{"error":', '{"error":'],
  ])('%s is repeated in words', (_, text, message) => {
    expect(failure.decode({ status: 422, headers: new Headers(), bytes: bytes(text) }).message).toBe(message);
  });

  test('a time to wait is kept', () => {
    const headers = new Headers({ 'retry-after': '3' });
    const problem = failure.decode({ status: 503, headers, bytes: bytes('{"error":{"message":"Busy"}}') });
    expect({ kind: problem.kind, details: problem.details }).toEqual({
      kind: 'provider-overloaded',
      details: { retryAfterMs: 3000 },
    });
  });
});

test('what the vendor says of another attempt is heeded', () => {
  const retry = (status: number, advice: string): string => {
    const headers = new Headers({ 'x-should-retry': advice });
    return failure.decode({ status, headers, bytes: bytes('{"error":{"message":"No."}}') }).traits.retry;
  };
  expect([retry(500, 'false'), retry(500, 'true'), retry(409, 'true'), retry(400, 'false')]).toEqual([
    ...['other-target', 'same-target', 'same-target', 'never'],
  ]);
});

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
