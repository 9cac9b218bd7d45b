import { describe, expect, test } from 'bun:test';
import { Failure, type FailureKind, failures } from '../../core/failure.ts';
import type { JsonObject } from '../../core/json.ts';
import { saidFailure } from './error-kind.ts';
import { failure } from './failure.ts';

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

function decoded(status: number, error: JsonObject, headers: Record<string, string> = {}): Failure {
  const body = JSON.stringify({ type: 'error', error, request_id: 'req_vendor' });
  return failure.decode({ status, headers: new Headers(headers), bytes: bytes(body) });
}

describe("Anthropic's error is understood", () => {
  const cases: readonly (readonly [number, JsonObject, FailureKind])[] = [
    [400, { type: 'invalid_request_error', message: 'no' }, 'provider-refused'],
    [404, { type: 'not_found_error', message: 'model: x' }, 'provider-refused'],
    [409, { type: 'conflict_error', message: 'no' }, 'provider-refused'],
    [413, { type: 'request_too_large', message: 'no' }, 'provider-refused'],
    [401, { type: 'authentication_error', message: 'invalid x-api-key' }, 'provider-credential-refused'],
    [403, { type: 'permission_error', message: 'no' }, 'provider-credential-refused'],
    [402, { type: 'billing_error', message: 'no' }, 'provider-quota-exhausted'],
    [
      400,
      { type: 'invalid_request_error', message: 'Your credit balance is too low to access the Anthropic API.' },
      'provider-quota-exhausted',
    ],
    [
      429,
      { type: 'rate_limit_error', message: 'no', details: { error_code: 'enforced_spend_limit_reached' } },
      'provider-quota-exhausted',
    ],
    [
      400,
      { type: 'invalid_request_error', message: 'no', details: { error_code: 'organization_on_hold' } },
      'provider-credential-refused',
    ],
    [429, { type: 'rate_limit_error', message: 'no' }, 'provider-rate-limited'],
    [500, { type: 'api_error', message: 'no' }, 'provider-failed'],
    [504, { type: 'timeout_error', message: 'no' }, 'provider-timeout'],
    [529, { type: 'overloaded_error', message: 'Overloaded' }, 'provider-overloaded'],
  ];
  for (const [status, error, kind] of cases) {
    test(`with its status: ${status} ${JSON.stringify(error)}`, () => {
      expect(decoded(status, error).kind).toBe(kind);
    });
  }

  test('by its type where the answer had begun', () => {
    const kindOf = (type: string): string | undefined =>
      saidFailure({ type: 'error', error: { type, message: 'no' } })?.kind;
    expect(
      [
        'overloaded_error',
        'rate_limit_error',
        'api_error',
        'timeout_error',
        'billing_error',
        'authentication_error',
      ].map(kindOf),
    ).toEqual([
      ...['provider-overloaded', 'provider-rate-limited', 'provider-failed', 'provider-timeout'],
      ...['provider-quota-exhausted', 'provider-credential-refused'],
    ]);
    expect(['invalid_request_error', 'not_found_error', 'request_too_large'].map(kindOf)).toEqual([
      ...['provider-refused', 'provider-refused', 'provider-refused'],
    ]);
    expect(saidFailure({ type: 'message', content: [] })).toBeUndefined();
  });

  test('with its wait, its advice and the id under which the vendor knows it', () => {
    const limited = decoded(
      429,
      { type: 'rate_limit_error', message: 'Slow down.' },
      { 'retry-after': '7', 'request-id': 'req_v' },
    );
    expect({ kind: limited.kind, message: limited.message, details: limited.details }).toEqual({
      kind: 'provider-rate-limited',
      message: 'Slow down.',
      details: { type: 'rate_limit_error', retryAfterMs: 7000, cause: "Anthropic's request req_v" },
    });
    const retry = (status: number, advice: string): string =>
      decoded(status, { type: 'x', message: 'no' }, { 'x-should-retry': advice }).traits.retry;
    expect([retry(500, 'false'), retry(500, 'true'), retry(400, 'true'), retry(400, 'false')]).toEqual([
      ...['other-target', 'same-target', 'same-target', 'never'],
    ]);
  });

  test('and nothing of our account is repeated', () => {
    const broke = decoded(400, {
      type: 'invalid_request_error',
      message: 'Your credit balance is too low, ACME Corp.',
    });
    expect(JSON.stringify(failure.encode(broke, 'req_1').body)).not.toContain('ACME');
  });

  test('in the words of others who speak like Anthropic, or in none', () => {
    const said = (status: number, text: string): string =>
      failure.decode({ status, headers: new Headers(), bytes: bytes(text) }).message;
    expect(said(400, '{"error":"no such model"}')).toBe('no such model');
    expect(said(400, '{"error":{"message":"no such model"}}')).toBe('no such model');
    expect(said(502, '<html><title>Bad gateway</title></html>')).toContain('Bad gateway');
    expect(said(500, '')).toBe('The provider answered 500 without a word.');
  });
});

test.each([
  {
    ...{ kind: 'rate-limited', details: { retryAfterMs: 1500 }, status: 429, type: 'rate_limit_error' },
    headers: { 'retry-after': '2', 'retry-after-ms': '1500' },
  },
  {
    ...{ kind: 'rate-limited', details: { retry: 'never', type: 'tokens' }, status: 429, type: 'rate_limit_error' },
    headers: { 'x-should-retry': 'false' },
  },
  { kind: 'budget-exhausted', details: {}, status: 402, type: 'billing_error', headers: {} },
] as const)('a limit of ours, $kind $details, is told as Anthropic tells its own', (told) => {
  const { kind, details, status, type, headers } = told;
  expect(failure.encode(new Failure(kind, 'No.', details), 'req_1')).toEqual({
    status,
    headers: { 'request-id': 'req_1', ...headers },
    body: { type: 'error', error: { type, message: 'No.' }, request_id: 'req_1' },
  });
});

describe('a failure is told as Anthropic tells its own', () => {
  const statuses: Partial<Record<FailureKind, number>> = {
    'budget-exhausted': 402,
    'provider-quota-exhausted': 402,
    'provider-overloaded': 529,
  };
  for (const [name, { status }] of Object.entries(failures)) {
    test(`${name}, by its status and a type that its SDK knows`, () => {
      // The table's own keys.
      const kind = name as FailureKind;
      const spelled = failure.encode(new Failure(kind, 'What happened.'), 'req_1');
      expect({ status: spelled.status, body: spelled.body, id: spelled.headers['request-id'] }).toEqual({
        status: statuses[kind] ?? status,
        body: {
          type: 'error',
          error: { type: expect.stringMatching(/_error$|^request_too_large$/), message: 'What happened.' },
          request_id: 'req_1',
        },
        id: 'req_1',
      });
    });
  }

  test('with what was at fault, how long to wait, and whether to ask again', () => {
    const invalid = new Failure('request-invalid', 'No.', { param: 'messages[0].role' });
    expect(failure.encode(invalid, 'req_1').body['error']).toEqual({
      type: 'invalid_request_error',
      message: 'No.',
      details: { param: 'messages[0].role' },
    });
    const limited = new Failure('provider-rate-limited', 'Wait.', { retryAfterMs: 1500 });
    expect(failure.encode(limited, 'req_1').headers).toEqual({
      ...{ 'request-id': 'req_1', 'retry-after': '2', 'retry-after-ms': '1500' },
    });
    const final = new Failure('provider-failed', 'No.', { retry: 'other-target' });
    expect(failure.encode(final, 'req_1').headers).toEqual({ 'request-id': 'req_1', 'x-should-retry': 'false' });
    expect(failure.encode(new Failure('provider-failed', 'No.'), 'req_1').headers).toEqual({ 'request-id': 'req_1' });
  });

  test("with a vendor's own words, in its type only if Anthropic has it", () => {
    const error = {
      type: 'invalid_request_error',
      message: 'Too old.',
      details: { error_code: 'claude_code_version_too_old', least: '3' },
    };
    expect(failure.encode(decoded(400, error), 'req_1').body['error']).toEqual(error);
    const openai = new Failure('provider-refused', 'Unknown.', {
      status: 404,
      code: 'model_not_found',
      type: 'x_type',
    });
    expect(failure.encode(openai, 'req_1')).toMatchObject({
      status: 404,
      body: { error: { type: 'not_found_error', details: { error_code: 'model_not_found' } } },
    });
  });

  test('in a stream as an event of its own, after which nothing comes', () => {
    const problem = new Failure('provider-timeout', 'It fell silent.');
    expect(failure.frames(problem, 'req_1')).toEqual([
      {
        event: 'error',
        data: '{"type":"error","error":{"type":"timeout_error","message":"It fell silent."},"request_id":"req_1"}',
      },
    ]);
    expect(failure.frames(problem, '')[0]?.data).not.toContain('request_id');
  });
});
