import type { Budget, RateRule } from '../../core/limit.ts';
import type { Limited } from '../store.ts';
import { present } from './present.ts';
import type { LimitedRow } from './schema.ts';

/** What a row says of its owner's limits. */
export function limitedOf({ budgets, rate_limits: rates }: LimitedRow): Limited {
  return present({
    budgets: budgets === null ? null : budgetsIn(budgets),
    rates: rates === null ? null : ratesIn(rates),
  });
}

/** No limits are none, whether they were taken out or never there. */
export function limitedRow({ budgets = [], rates = [] }: Limited): LimitedRow {
  return {
    budgets: budgets.length === 0 ? null : JSON.stringify(budgets.map(spelledBudget)),
    rate_limits: rates.length === 0 ? null : JSON.stringify(rates),
  };
}

/** As it stands in a column: amounts as texts, which lose no digit. */
type StoredBudget = Omit<Budget, 'limit'> & { readonly limit: string };

function spelledBudget(budget: Budget): StoredBudget {
  return { ...budget, limit: budget.limit.toString() };
}

function budgetsIn(text: string): readonly Budget[] {
  const stored: readonly StoredBudget[] = JSON.parse(text);
  return stored.map((budget) => ({ ...budget, limit: BigInt(budget.limit) }));
}

function ratesIn(text: string): readonly RateRule[] {
  return JSON.parse(text);
}
