import type { Consumed } from '../core/call.ts';
import type { RateLimitName } from '../core/limit.ts';
import type { PastUse } from '../store/store.ts';

/** What is counted over time: how much of it attempts really consumed, and how much of it is told of the past. */
export interface Quantity {
  /** As what vendors tell of it; absent if they do not. */
  readonly told?: 'requests' | 'tokens';
  truth(consumed: readonly Consumed[]): number;
  past(use: PastUse): number;
}

/** A call counts once it was sent to anybody, however often. */
export const requests: Quantity = {
  told: 'requests',
  truth: ({ length }) => Math.min(length, 1),
  past: (use) => use.requests,
};

/** Tokens of every class, cached ones too, of every attempt. */
export const tokens: Quantity = {
  told: 'tokens',
  truth: (consumed) => sum(consumed, ({ usage }) => Object.values(usage.tokens).reduce((all, one) => all + one, 0)),
  past: (use) => use.tokens,
};

const images: Quantity = {
  truth: (consumed) => sum(consumed, ({ usage }) => usage.units?.images ?? 0),
  past: (use) => use.images,
};

const audioSeconds: Quantity = {
  truth: (consumed) => sum(consumed, ({ usage }) => usage.units?.audioSeconds ?? 0),
  past: (use) => use.audioSeconds,
};

/** How much of what in how long. What has no stretch of time is how many are open at once. */
export interface Measure {
  readonly quantity: Quantity;
  readonly windowMs: number;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const measures: { readonly [Name in RateLimitName]: Measure | undefined } = {
  requests_per_minute: { quantity: requests, windowMs: minute },
  requests_per_hour: { quantity: requests, windowMs: hour },
  requests_per_day: { quantity: requests, windowMs: day },
  tokens_per_minute: { quantity: tokens, windowMs: minute },
  tokens_per_hour: { quantity: tokens, windowMs: hour },
  tokens_per_day: { quantity: tokens, windowMs: day },
  images_per_minute: { quantity: images, windowMs: minute },
  images_per_day: { quantity: images, windowMs: day },
  audio_seconds_per_minute: { quantity: audioSeconds, windowMs: minute },
  audio_seconds_per_day: { quantity: audioSeconds, windowMs: day },
  parallel_requests: undefined,
};

function sum(consumed: readonly Consumed[], of: (one: Consumed) => number): number {
  let all = 0;
  for (const one of consumed) all += of(one);
  return all;
}
