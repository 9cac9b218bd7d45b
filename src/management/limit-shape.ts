import type { LimitOwner } from '../core/limit.ts';
import type { Limited } from '../store/store.ts';
import { budgetsField, budgetsShape, readBudgets, spellBudgets } from './budget-shape.ts';
import type { Context } from './context.ts';
import { ratesField, ratesShape, readRates, spellRates } from './rate-shape.ts';

/** How limits are asked for, of whoever has some. */
export const limitFields = { budgets: budgetsField.optional(), rate_limits: ratesField.optional() };

/** How they are told. */
export const limitShapes = { budgets: budgetsShape, rate_limits: ratesShape };

/** Members that change by themselves. */
export const volatileLimits: readonly string[] = ['spent_usd', 'reserved_usd', 'window_ends_at', 'balances'];

export interface WantedLimits {
  readonly budgets?: unknown;
  readonly rate_limits?: unknown;
}

/** The limits after a change: what is left out stays as it was, null takes it out. Throws `request-invalid` by the field. */
export function readLimits(
  { ids, clock }: Pick<Context, 'ids' | 'clock'>,
  wanted: WantedLimits,
  before: Limited = {},
): Limited {
  const budgets =
    wanted.budgets === undefined ? before.budgets : readBudgets(wanted.budgets, { before: before.budgets, ids, clock });
  const rates =
    wanted.rate_limits === undefined ? before.rates : readRates(wanted.rate_limits, { before: before.rates, ids });
  return {
    ...(budgets === undefined || budgets.length === 0 ? {} : { budgets }),
    ...(rates === undefined || rates.length === 0 ? {} : { rates }),
  };
}

export function spellLimits({ budgets, rates }: Limited, owner: LimitOwner, { balanceOf }: Pick<Context, 'balanceOf'>) {
  return { budgets: spellBudgets(budgets, { owner, balanceOf }), rate_limits: spellRates(rates) };
}

/** The same thing without its limits. */
export function withoutLimits<Owner extends Limited>({
  budgets: _,
  rates: __,
  ...owner
}: Owner): Omit<Owner, keyof Limited> {
  return owner;
}
