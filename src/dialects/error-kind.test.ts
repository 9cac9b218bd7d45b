import { describe, expect, test } from 'bun:test';
import type { JsonObject } from '../core/json.ts';
import { errorFailure } from './error-kind.ts';

describe("a provider's error is understood", () => {
  const byStatus: readonly (readonly [number, JsonObject, string, number])[] = [
    [400, { message: 'no', type: 'invalid_request_error' }, 'provider-refused', 400],
    [404, { message: 'no', code: 'model_not_found' }, 'provider-refused', 404],
    [413, {}, 'provider-refused', 413],
    [422, { message: 'no' }, 'provider-refused', 422],
    [401, { message: 'Incorrect key' }, 'provider-credential-refused', 502],
    [403, {}, 'provider-credential-refused', 502],
    [402, { message: 'Insufficient Balance' }, 'provider-quota-exhausted', 429],
    [429, { code: 'insufficient_quota' }, 'provider-quota-exhausted', 429],
    [429, { type: 'exceeded_current_quota_error' }, 'provider-quota-exhausted', 429],
    [429, { code: 'rate_limit_exceeded' }, 'provider-rate-limited', 429],
    [429, { code: 429 }, 'provider-rate-limited', 429],
    [429, { type: 'engine_overloaded_error' }, 'provider-overloaded', 503],
    [408, {}, 'provider-timeout', 504],
    [504, {}, 'provider-timeout', 504],
    [500, { message: 'oops' }, 'provider-failed', 502],
    [502, {}, 'provider-failed', 502],
    [500, { type: 'overloaded_error' }, 'provider-overloaded', 503],
    [503, {}, 'provider-overloaded', 503],
    [529, {}, 'provider-overloaded', 503],
    [200, { code: 429 }, 'provider-rate-limited', 429],
  ];
  for (const [status, error, kind, ours] of byStatus) {
    test(`by its status ${status} ${JSON.stringify(error)}`, () => {
      const failure = errorFailure(error, status);
      expect({ kind: String(failure.kind), status: failure.status }).toEqual({ kind, status: ours });
      expect(failure.message).not.toBe('');
    });
  }

  const byWords: readonly (readonly [JsonObject, string])[] = [
    [{ message: 'boom', type: 'server_error', code: null }, 'provider-failed'],
    [{ message: 'boom' }, 'provider-failed'],
    [{}, 'provider-failed'],
    [{ type: 'tokens', code: 'rate_limit_exceeded' }, 'provider-rate-limited'],
    [{ code: '429' }, 'provider-rate-limited'],
    [{ type: 'overloaded_error' }, 'provider-overloaded'],
    [{ code: 503 }, 'provider-overloaded'],
    [{ type: 'insufficient_quota' }, 'provider-quota-exhausted'],
    [{ type: 'authentication_error' }, 'provider-credential-refused'],
    [{ code: 400, message: 'Token limit reached' }, 'provider-refused'],
    [{ type: 'invalid_request_error', code: 'tool_use_failed' }, 'provider-refused'],
    [{ code: 'request_timeout' }, 'provider-timeout'],
  ];
  for (const [error, kind] of byWords) {
    test(`by its own words where the answer had begun: ${JSON.stringify(error)}`, () => {
      expect(String(errorFailure(error, undefined).kind)).toBe(kind);
    });
  }

  test('and a refusal keeps all that the vendor said', () => {
    const error = {
      ...{
        message: 'Failed to call a function.',
        type: 'invalid_request_error',
        code: 'tool_use_failed',
        param: 'tools',
      },
      failed_generation: '<function>',
      status_code: 400,
    };
    const { kind, message, details } = errorFailure(error, 400, 1500);
    expect({ kind, message, details }).toEqual({
      kind: 'provider-refused',
      message: 'Failed to call a function.',
      details: {
        ...{ status: 400, code: 'tool_use_failed', type: 'invalid_request_error', param: 'tools', retryAfterMs: 1500 },
        extras: { failed_generation: '<function>', status_code: 400 },
      },
    });
  });

  test('and nothing is repeated of our credential, our account or our credit', () => {
    const key = `sk-${'a1'.repeat(12)}`;
    const said = { message: `Incorrect API key provided: ${key}`, code: 'invalid_api_key', type: 'x', hint: key };
    const refused = errorFailure(said, 401);
    expect(JSON.stringify([refused.message, refused.details])).not.toContain(key);
    expect(refused.details).toEqual({});
    const limited = errorFailure(
      { message: `Limit reached in organization org-${'b2'.repeat(12)} on tokens` },
      429,
      60_000,
    );
    expect(limited.message).toBe('Limit reached in organization *** on tokens');
    expect(limited.details).toEqual({ retryAfterMs: 60_000 });
    const broke = errorFailure({ message: 'You exceeded your quota', code: 'insufficient_quota' }, 429);
    expect(broke.message).toContain("gateway's account");
    expect(broke.details).toEqual({ code: 'insufficient_quota' });
  });
});
