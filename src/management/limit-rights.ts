import { Failure } from '../core/failure.ts';
import { type Budget, type LimitMatch, type RateRule, rateLimitNames } from '../core/limit.ts';
import { formatUsd } from '../core/money.ts';
import type { Limited } from '../store/store.ts';

/**
 * Throws `permission-denied` if a key would be held to less than the one that gives it: what limits every call of that one must
 * limit every call of this one as tightly. A creator without limits may give anything.
 */
export function refuseLooser(creator: Limited, wanted: Limited): void {
  for (const rule of (creator.rates ?? []).filter(isForAll)) refuseFaster(rule, wanted.rates ?? []);
  for (const budget of (creator.budgets ?? []).filter(isForAll)) refuseRicher(budget, wanted.budgets ?? []);
}

/** It limits all calls together, and really does. */
function isForAll({ match, mode }: { readonly match: LimitMatch; readonly mode: string }): boolean {
  return mode === 'hard' && Object.keys(match).length === 0;
}

function refuseFaster(own: RateRule, wanted: readonly RateRule[]): void {
  for (const name of rateLimitNames) {
    const most = own.limits[name];
    if (most === undefined || wanted.some((rule) => isForAll(rule) && (rule.limits[name] ?? Infinity) <= most))
      continue;
    throw new Failure(
      'permission-denied',
      `rate_limits must hold ${name} to ${most} or less: the key that asks may do no more itself.`,
      { param: 'rate_limits' },
    );
  }
}

function refuseRicher(own: Budget, wanted: readonly Budget[]): void {
  const isTight = (budget: Budget): boolean =>
    isForAll(budget) && budget.period === own.period && budget.window === own.window && budget.limit <= own.limit;
  if (wanted.some(isTight)) return;
  throw new Failure(
    'permission-denied',
    `budgets must have a hard one of ${formatUsd(own.limit)} USD or less per ${own.period} (${own.window}): the key that asks may spend no more itself.`,
    { param: 'budgets' },
  );
}
