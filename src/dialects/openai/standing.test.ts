import { expect, test } from 'bun:test';
import { standing } from './standing.ts';

test('limits are told in the headers that OpenAI has for them, a stretch of time as it writes one', () => {
  const told = (resetMs: number): string | undefined =>
    standing({ requests: { limit: 1, remaining: 0, resetMs, resetAt: 0 } })['x-ratelimit-reset-requests'];
  expect(standing({ tokens: { limit: 1000, remaining: 999, resetMs: 0, resetAt: 5 } })).toEqual({
    'x-ratelimit-limit-tokens': '1000',
    'x-ratelimit-remaining-tokens': '999',
    'x-ratelimit-reset-tokens': '0ms',
  });
  expect([0.2, 999, 1000, 6500, 59_999.5, 60_000, 90_001, 3_600_000, 86_399_999].map(told)).toEqual([
    '1ms',
    '999ms',
    '1s',
    '6.5s',
    '1m0s',
    '1m0s',
    '1m30.001s',
    '1h0m0s',
    '23h59m59.999s',
  ]);
  expect(standing({})).toEqual({});
});
