import type { Budget } from '../../core/limit.ts';
import type { BudgetStanding } from '../store.ts';
import type { Account } from './account.ts';
import type { Moment } from './ledger-time.ts';

/** Whether a budget has a balance for each of the values that there are. */
export function isStarred({ match: { endUser, tag, model } }: Budget): boolean {
  return endUser === '*' || tag === '*' || model === '*';
}

/** How a balance stands; undefined for a value of which nothing counts any more. */
export function standingOf(account: Account, now: Moment): BudgetStanding | undefined {
  const isLeft = account.turn(now);
  const { kept, value, spent, reserved } = account;
  if (isStarred(kept.budget) && !isLeft) return undefined;
  const window = kept.budget.period === 'total' ? undefined : account.window(now);
  return {
    budget: kept.budget,
    ...(isStarred(kept.budget) ? { value } : {}),
    spent,
    reserved,
    ...(window === undefined ? {} : { windowStart: window.start, windowEnd: window.until }),
  };
}
