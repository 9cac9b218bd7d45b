import type { Standing, StandingWith } from '../../core/standing.ts';

/** https://platform.claude.com/docs/en/api/rate-limits#response-headers */
export function standing({ requests, tokens }: Standing): Readonly<Record<string, string>> {
  return { ...(requests && headers('requests', requests)), ...(tokens && headers('tokens', tokens)) };
}

function headers(of: string, { limit, remaining, resetAt }: StandingWith): Readonly<Record<string, string>> {
  return {
    [`anthropic-ratelimit-${of}-limit`]: String(limit),
    [`anthropic-ratelimit-${of}-remaining`]: String(remaining),
    [`anthropic-ratelimit-${of}-reset`]: new Date(Math.ceil(resetAt / 1000) * 1000).toISOString().replace('.000Z', 'Z'),
  };
}
