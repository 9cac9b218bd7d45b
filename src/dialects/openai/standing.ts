import type { Standing, StandingWith } from '../../core/standing.ts';

/** https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers */
export function standing({ requests, tokens }: Standing): Readonly<Record<string, string>> {
  return { ...(requests && headers('requests', requests)), ...(tokens && headers('tokens', tokens)) };
}

function headers(of: string, { limit, remaining, resetMs }: StandingWith): Readonly<Record<string, string>> {
  return {
    [`x-ratelimit-limit-${of}`]: String(limit),
    [`x-ratelimit-remaining-${of}`]: String(remaining),
    [`x-ratelimit-reset-${of}`]: duration(resetMs),
  };
}

/** As OpenAI writes it: `12ms`, `6.5s`, `1m30s`, `23h59m0s`. */
function duration(ms: number): string {
  const whole = Math.ceil(ms);
  if (whole < 1000) return `${whole}ms`;
  const seconds = whole / 1000;
  if (seconds < 60) return `${seconds}s`;
  const rest = `${Math.floor((seconds % 3600) / 60)}m${round(seconds % 60)}s`;
  return seconds < 3600 ? rest : `${Math.floor(seconds / 3600)}h${rest}`;
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
