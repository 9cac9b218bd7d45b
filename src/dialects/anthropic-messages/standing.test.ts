import { expect, test } from 'bun:test';
import { standing } from './standing.ts';

test('limits are told in the headers that Anthropic has for them, with the moment at which all is free, never early', () => {
  const resetAt = Date.UTC(2026, 10, 21, 12, 0, 59, 1);
  expect(
    standing({
      requests: { limit: 60, remaining: 59, resetMs: 59_001, resetAt },
      tokens: { limit: 1000, remaining: 0, resetMs: 59_001, resetAt: resetAt - 1 },
    }),
  ).toEqual({
    'anthropic-ratelimit-requests-limit': '60',
    'anthropic-ratelimit-requests-remaining': '59',
    'anthropic-ratelimit-requests-reset': '2026-11-21T12:01:00Z',
    'anthropic-ratelimit-tokens-limit': '1000',
    'anthropic-ratelimit-tokens-remaining': '0',
    'anthropic-ratelimit-tokens-reset': '2026-11-21T12:00:59Z',
  });
});
