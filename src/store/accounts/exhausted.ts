import { Failure } from '../../core/failure.ts';
import { formatUsd } from '../../core/money.ts';
import type { Account } from './account.ts';
import type { Moment } from './ledger-time.ts';

/** What a caller is told whose call a budget does not pay for. */
export function exhausted(account: Account, now: Moment): Failure {
  const { kept, spent, reserved, value } = account;
  const { owner, budget } = kept;
  const whose = `${owner.kind} ${owner.id}${value === '' ? '' : ` for ${JSON.stringify(value)}`}`;
  const size = `${budget.period === 'total' ? 'in all' : `a ${budget.period}`}`;
  const standing = `$${formatUsd(spent)} is spent and $${formatUsd(reserved)} is held for calls under way`;
  return new Failure(
    'budget-exhausted',
    `The budget of ${whose}, $${formatUsd(budget.limit)} ${size}, does not pay for this call: ${standing}. ${remedy(budget.period, account.window(now)?.until)}`,
  );
}

function remedy(period: string, until: number | undefined): string {
  if (period === 'total') return 'Ask for less, or have the budget raised.';
  const when =
    until === undefined ? `as what was spent becomes older than a ${period}` : `at ${new Date(until).toISOString()}`;
  return `More is free ${when}; until then ask for less, or have the budget raised.`;
}
