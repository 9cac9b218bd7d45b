import { expect, test } from 'bun:test';
import { waitAsked } from './waiting.ts';

const date = 'Wed, 21 Oct 2026 07:28:00 GMT';

test.each([
  ['milliseconds go before seconds', 429, { 'retry-after-ms': '1500', 'retry-after': '9' }, 1500],
  ['seconds', 503, { 'retry-after': '2' }, 2000],
  ['fractions of a second', 503, { 'retry-after': '0.25' }, 250],
  ['a date, measured against the answer itself', 503, { 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT', date }, 30_000],
  ['a date in the past', 503, { 'retry-after': 'Wed, 21 Oct 2026 07:27:30 GMT', date }, 0],
  ['a date with nothing to measure it against', 503, { 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT' }, undefined],
  ['nonsense', 503, { 'retry-after': 'soon', 'retry-after-ms': '-5' }, undefined],
  ['more than a day', 429, { 'retry-after': '9999999' }, undefined],
  ['the span until a full bucket has room', 429, { 'x-ratelimit-reset-requests': '1m0.5s' }, 60_500],
  [
    'the bucket that is empty, not the other',
    429,
    {
      'x-ratelimit-reset-requests': '1h',
      'x-ratelimit-remaining-requests': '12',
      'x-ratelimit-reset-tokens': '6ms',
      'x-ratelimit-remaining-tokens': '0',
    },
    6,
  ],
  ['seconds until a full bucket has room', 429, { 'x-ratelimit-reset': '7' }, 7000],
  ['the moment at which it has', 429, { 'x-ratelimit-reset': '1792567690000', date }, 10_000],
  ['a bucket that was not the reason', 500, { 'x-ratelimit-reset-requests': '1m0s' }, undefined],
  ['silence', 429, {}, undefined],
] as const)('a provider asks to wait by %s', (...[, status, headers, ms]) => {
  expect(waitAsked(new Headers(headers), status)).toBe(ms);
});
