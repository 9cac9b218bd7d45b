/** The longest wait that we believe; a vendor who says more has a quota, not a queue. */
const longestMs = 24 * 60 * 60 * 1000;

/**
 * How long a provider asks us to wait, in milliseconds: `retry-after-ms`, else `retry-after` in seconds or as a date (measured
 * against the answer's own `date`, so that no clock is needed), else, for a full bucket, when it has room again. Undefined if it
 * says nothing that can be believed.
 */
export function waitAsked(headers: Headers, status: number): number | undefined {
  return (
    believed(number(headers.get('retry-after-ms'))) ??
    believed(secondsOrDate(headers.get('retry-after'), headers)) ??
    (status === 429 ? believed(bucketReset(headers)) : undefined)
  );
}

function believed(ms: number | undefined): number | undefined {
  return ms !== undefined && ms >= 0 && ms <= longestMs ? Math.ceil(ms) : undefined;
}

function number(text: string | null): number | undefined {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

function secondsOrDate(text: string | null, headers: Headers): number | undefined {
  const seconds = number(text);
  if (seconds !== undefined) return seconds * 1000;
  const until = date(text);
  const now = date(headers.get('date'));
  return until === undefined || now === undefined ? undefined : Math.max(0, until - now);
}

function date(text: string | null): number | undefined {
  const time = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** OpenAI tells each bucket's refill as a span (`6ms`, `1m0s`); the emptiest one counts. Others give seconds or a moment. */
function bucketReset(headers: Headers): number | undefined {
  const resets = ['-requests', '-tokens', ''].flatMap((bucket) => {
    const reset = headers.get(`x-ratelimit-reset${bucket}`);
    if (reset === null || (number(headers.get(`x-ratelimit-remaining${bucket}`)) ?? 0) > 0) return [];
    return [span(reset) ?? moment(reset, headers)].filter((ms) => ms !== undefined);
  });
  return resets.length === 0 ? undefined : Math.max(...resets);
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function span(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text.trim())) return undefined;
  const steps = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  return steps.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0), 0);
}

/** Seconds from now, or a moment in epoch seconds or milliseconds. */
function moment(text: string, headers: Headers): number | undefined {
  const value = number(text);
  if (value === undefined || value < 1e9) return value === undefined ? undefined : value * 1000;
  const now = date(headers.get('date'));
  return now === undefined ? undefined : Math.max(0, (value < 1e11 ? value * 1000 : value) - now);
}
