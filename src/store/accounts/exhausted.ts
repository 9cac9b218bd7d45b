import { Failure } from '../../core/failure.ts';
import type { Budget, BudgetPeriod } from '../../core/limit.ts';
import { formatUsd } from '../../core/money.ts';
import type { Account } from './account.ts';
import type { Moment } from './ledger-time.ts';

/**
 * What a caller is told whose call a budget does not pay for: whose budget it is, by the name that its people call it if that is known,
 * how large, what of it is spent and held, and when more is free.
 */
export function exhausted(account: Account, now: Moment, name: string | undefined): Failure {
  const { kept, spent, reserved, value } = account;
  const { owner, budget } = kept;
  const whose = `${owner.kind} ${name === undefined ? owner.id : `${quoted(name)} (${owner.id})`}${scope(budget, value)}`;
  const since = sinceWords(account, now);
  const standing = `${since}$${formatUsd(spent)} is spent and $${formatUsd(reserved)} is held for calls under way`;
  return new Failure(
    'budget-exhausted',
    `The budget of ${whose}, $${formatUsd(budget.limit)} ${size(budget)}, does not pay for this call: ${standing}. ${remedy(account, now)}`,
  );
}

/** No name is longer than anybody reads. */
function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}

/** Which calls the budget is about, if not all: where it has a balance for each value, which one. */
function scope({ match: { endUser, tag, model } }: Budget, value: string): string {
  const starred = [endUser, tag, model].filter((wanted) => wanted === '*').length;
  const values: readonly string[] = starred > 1 ? JSON.parse(value) : [value, value, value];
  const word = (what: string, wanted: string | undefined, place: number): string =>
    wanted === undefined ? '' : ` for the ${what} ${quoted(wanted === '*' ? (values[place] ?? '') : wanted)}`;
  return word('end user', endUser, 0) + word('tag', tag, 1) + word('model', model, 2);
}

const rollingWords: { readonly [Period in Exclude<BudgetPeriod, 'total'>]: string } = {
  minute: 'in any minute',
  hour: 'in any hour',
  day: 'in any 24 hours',
  week: 'in any 7 days',
  month: 'in any 30 days',
};

function size({ period, window }: Budget): string {
  if (period === 'total') return 'in all';
  return window === 'rolling' ? rollingWords[period] : `a ${period}`;
}

function sinceWords(account: Account, now: Moment): string {
  const { budget } = account.kept;
  const window = budget.period === 'total' ? undefined : account.window(now);
  return window === undefined ? '' : `since ${spelled(window.start)} `;
}

function remedy(account: Account, now: Moment): string {
  const freed = freedAt(account, now);
  const ways = [
    ...(freed === undefined ? [] : [`at ${spelled(freed)}`]),
    ...(account.reserved > 0n ? ['as calls under way end that use less than is held for them'] : []),
  ];
  if (ways.length === 0) return 'Ask for less, or have the budget raised.';
  return `More is free ${ways.join(', and ')}; until then ask for less, or have the budget raised.`;
}

/** When something of what is spent counts no more; undefined if never. Epoch milliseconds. */
function freedAt({ kept, live }: Account, now: Moment): number | undefined {
  if (kept.budget.period === 'total') return undefined;
  if (kept.windows.kind === 'calendar') return kept.windows.of(now).until;
  const first = live.find(({ spent }) => spent > 0n);
  return first && now.wall + first.until - now.steady;
}

function spelled(at: number): string {
  return new Date(at).toISOString();
}
