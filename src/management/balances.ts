import type { Budget } from '../core/limit.ts';
import type { NanoUsd } from '../core/money.ts';
import type { BudgetStanding } from '../store/store.ts';

/** How a budget stands. */
export interface Balance {
  /** One that has a balance for each end user, tag or model: the largest of them. */
  readonly spent: NanoUsd;
  readonly reserved: NanoUsd;
  /** Epoch milliseconds; absent where nothing ends at a certain time. */
  readonly windowEnd?: number;
  /** Of a budget that has a balance for each: those of which most is spent. */
  readonly values?: readonly ValueBalance[];
}

export interface ValueBalance extends Pick<Balance, 'spent' | 'reserved'> {
  readonly value: string;
}

/** Nobody reads more of them. */
const mostValues = 20;

/** The balance of one of an owner's budgets; undefined if nobody keeps it. */
export function balanceIn(
  standings: readonly BudgetStanding[],
  { id, match }: Pick<Budget, 'id' | 'match'>,
): Balance | undefined {
  const own = standings.filter(({ budget }) => budget.id === id).toSorted(bySpent);
  const [first] = own;
  // Of what is kept for each, nothing is kept while there is nobody.
  if (first === undefined) return Object.values(match).includes('*') ? { spent: 0n, reserved: 0n } : undefined;
  const values = own.flatMap(({ value, spent, reserved }) => (value === undefined ? [] : { value, spent, reserved }));
  return {
    spent: first.spent,
    reserved: first.reserved,
    ...(first.windowEnd === undefined ? {} : { windowEnd: first.windowEnd }),
    ...(values.length === 0 ? {} : { values: values.slice(0, mostValues) }),
  };
}

function bySpent(a: BudgetStanding, b: BudgetStanding): number {
  if (a.spent !== b.spent) return a.spent > b.spent ? -1 : 1;
  return (a.value ?? '') < (b.value ?? '') ? -1 : 1;
}
