import type { Json } from '../core/json.ts';
import type { Usage } from '../core/usage.ts';

/** What an answer says it consumed: read, absent, or not to be believed. */
export interface UsageReading {
  readonly usage?: Usage;
  /** A count is negative, broken, no number or beyond belief. Then nothing of the object is taken. */
  readonly usageInvalid?: true;
}

export const unsaidUsage: UsageReading = {};
export const invalidUsage: UsageReading = { usageInvalid: true };

/** Whether a count of tokens can be believed. */
export function isCount(value: Json): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= mostTokens;
}

/** More tokens than any call ever has. */
const mostTokens = 1e12;
