import type { NanoUsd } from './money.ts';

/** What limits and budgets are set for. */
export interface LimitOwner {
  readonly kind: 'organisation' | 'project' | 'key';
  readonly id: string;
}

/**
 * Which of an owner's calls a limit is about: all, or those that bear each value named here. `*` means each value on its own:
 * `{ endUser: '*' }` gives every end user a limit of this size.
 */
export interface LimitMatch {
  readonly endUser?: string;
  readonly tag?: string;
  /** As its target says it: `provider/model`. */
  readonly model?: string;
}

/**
 * What happens at a limit: the call is refused; it goes on and an event is raised; it goes on, and its record says that it would
 * have been refused.
 */
export type LimitMode = 'hard' | 'soft' | 'observe';

/** How much money may be spent in a period. */
export interface Budget {
  readonly id: string;
  readonly limit: NanoUsd;
  readonly period: BudgetPeriod;
  /** From the clock's minute, hour, day … in `timezone`, or the time just past. */
  readonly window: 'calendar' | 'rolling';
  /** An IANA name. */
  readonly timezone: string;
  readonly mode: LimitMode;
  readonly match: LimitMatch;
  readonly createdAt: number;
}

export const budgetPeriods = ['minute', 'hour', 'day', 'week', 'month', 'total'] as const;
export type BudgetPeriod = (typeof budgetPeriods)[number];

/** How much may be asked in any stretch of time of a length, and how much at once. */
export interface RateRule {
  readonly id: string;
  readonly limits: { readonly [Name in RateLimitName]?: number };
  readonly mode: LimitMode;
  readonly match: LimitMatch;
}

/** What can be limited, by the name outside. */
export const rateLimitNames = [
  'requests_per_minute',
  'requests_per_hour',
  'requests_per_day',
  'tokens_per_minute',
  'tokens_per_hour',
  'tokens_per_day',
  'images_per_minute',
  'images_per_day',
  'audio_seconds_per_minute',
  'audio_seconds_per_day',
  'parallel_requests',
] as const;
export type RateLimitName = (typeof rateLimitNames)[number];

/** What stands between a caller and its calls: its key's limits, its project's and its organisation's. */
export interface OwnedLimits {
  readonly owner: LimitOwner;
  /** What its people call it, who may know that; absent if nobody says. */
  readonly name?: string;
  readonly budgets: readonly Budget[];
  readonly rates: readonly RateRule[];
}

const observedMark = 'would-refuse:';

/** The flag on the record of a call that went on although a limit of this id, which does not refuse, had no room for it. */
export function wouldRefuse(limitId: string): string {
  return observedMark + limitId;
}

/** The limit that such a flag names; undefined for any other flag. */
export function limitObserved(flag: string): string | undefined {
  return flag.startsWith(observedMark) ? flag.slice(observedMark.length) : undefined;
}
