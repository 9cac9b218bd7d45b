import { z } from 'zod';
import { type Budget, type BudgetPeriod, budgetPeriods, type LimitMode, type LimitOwner } from '../core/limit.ts';
import { formatUsd, type NanoUsd, scaledUsd } from '../core/money.ts';
import { didYouMean, nearestAmong } from '../core/nearest.ts';
import type { Clock, Ids } from '../core/ports.ts';
import { askedAs } from './asked-shape.ts';
import type { Balance } from './balances.ts';
import {
  identified,
  isSameMatch,
  matchFields,
  matchOf,
  mostLimits,
  objectOf,
  oneOf,
  refused,
  spellMatch,
} from './limit-reader.ts';
import { moment, spellMoment } from './moment.ts';

const modes = ['hard', 'soft', 'observe'] as const satisfies readonly LimitMode[];
const windows = ['calendar', 'rolling'] as const satisfies readonly Budget['window'][];

const askedFields = {
  limit_usd: z.string().describe('USD, with at most nine decimals.'),
  period: z.enum(budgetPeriods),
  mode: z
    .enum(modes)
    .optional()
    .describe(
      '`hard` refuses; `soft` goes on and raises an event; `observe` goes on and flags the call. By default `hard`.',
    ),
  window: z
    .enum(windows)
    .optional()
    .describe('From the clock’s minute, hour, day …, or the time just past. By default `calendar`.'),
  timezone: z.string().optional().describe('An IANA name, in which calendar periods begin. By default `UTC`.'),
  end_user: z.string().optional().describe('Only calls of this end user; `*` for each on its own.'),
  tag: z.string().optional().describe('Only calls with this tag; `*` for each on its own.'),
  model: z.string().optional().describe('Only calls to this `provider/model`; `*` for each on its own.'),
  id: z.string().optional().describe('Of one that is there already: it keeps what was spent of it.'),
};
const askedShape = z.array(z.object(askedFields)).nullable();

export const budgetsShape = z.array(
  z.object({
    ...askedFields,
    id: z.string(),
    mode: z.enum(modes),
    window: z.enum(windows),
    timezone: z.string(),
    spent_usd: z
      .string()
      .optional()
      .describe('Since its window began; where each end user, tag or model has a balance of its own, the largest.'),
    reserved_usd: z.string().optional().describe('Held for calls that are under way.'),
    window_ends_at: moment.optional().describe('When all of it is free again; absent if that is at no certain time.'),
    balances: z
      .array(z.object({ value: z.string(), spent_usd: z.string(), reserved_usd: z.string() }))
      .optional()
      .describe('Of each end user, tag or model: the 20 of which most is spent.'),
  }),
);

/** As they are asked for. Read by `readBudgets`, whose sentences name the field within. */
export const budgetsField = askedAs(
  askedShape,
  'How much money may be spent: [{"limit_usd": "5.00", "period": "day"}], each with mode, window, timezone, end_user, tag or model. Null for none.',
);

/** What of a budget is spent and held; undefined where nobody keeps it. */
export type BalanceOf = (budget: Budget, owner: LimitOwner) => Balance | undefined;

export interface BudgetTools {
  readonly before?: readonly Budget[] | undefined;
  readonly ids: Pick<Ids, 'make'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** What is asked for, each budget as the one that it takes the place of, whose balance it keeps. */
export function readBudgets(given: unknown, { before = [], ids, clock }: BudgetTools): readonly Budget[] {
  if (given === null) return [];
  if (!Array.isArray(given) || given.length > mostLimits) {
    throw refused('budgets', given, `a list of at most ${mostLimits}, such as [${example}]`);
  }
  const wanted = given.map((each, index) => readBudget(each, `budgets[${index}]`));
  const old = identified(wanted, before, { param: 'budgets', isSame: [isSameButLimit] });
  return wanted.map((budget, index) => ({
    ...budget,
    id: old[index]?.id ?? ids.make('budget'),
    createdAt: old[index]?.createdAt ?? clock.now(),
  }));
}

type NewBudget = Omit<Budget, 'id' | 'createdAt'> & { readonly id?: string };

function isSameButLimit(one: NewBudget, old: Budget): boolean {
  const isSame = (['period', 'window', 'timezone', 'mode'] as const).every((name) => one[name] === old[name]);
  return isSame && isSameMatch(one.match, old.match);
}

const example = '{"limit_usd": "5.00", "period": "day"}';

function readBudget(given: unknown, param: string): NewBudget {
  const known = ['limit_usd', 'period', 'mode', 'window', 'timezone', ...matchFields, 'id'];
  const budget = objectOf(given, { param, known, example });
  const { id, period } = budget;
  if (id !== undefined && typeof id !== 'string') throw refused(`${param}.id`, id, 'the id of a budget that is there');
  if (period === undefined) throw refused(`${param}.period`, period, `one of ${budgetPeriods.join(', ')}`);
  const read = {
    limit: amountOf(budget['limit_usd'], `${param}.limit_usd`),
    period: oneOf<BudgetPeriod>(period, { param: `${param}.period`, words: budgetPeriods }),
    window: oneOf(budget['window'], { param: `${param}.window`, words: windows }),
    timezone: timezoneOf(budget['timezone'] ?? 'UTC', `${param}.timezone`),
    mode: oneOf(budget['mode'], { param: `${param}.mode`, words: modes }),
    match: matchOf(budget, param),
  };
  if (read.period === 'total' && read.window === 'rolling') {
    throw refused(`${param}.window`, 'rolling', 'left out where period is total, which has no end');
  }
  return { ...(id === undefined ? {} : { id }), ...read };
}

/** A hundred million dollars: what a single entry of the ledger holds at most. */
const mostUsd = 100_000_000n * 1_000_000_000n;

function amountOf(value: unknown, param: string): NanoUsd {
  const mustBe = 'a decimal number of USD as a string, with at most nine decimals, from 0 to 100000000, such as "5.00"';
  if (typeof value !== 'string') throw refused(param, value, mustBe);
  let amount: NanoUsd;
  try {
    amount = scaledUsd(value, 9);
  } catch {
    throw refused(param, value, mustBe);
  }
  if (amount < 0n || amount > mostUsd) throw refused(param, value, mustBe);
  return amount;
}

function timezoneOf(value: unknown, param: string): string {
  const zone = typeof value === 'string' && /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(value) ? value : undefined;
  if (zone !== undefined && isZone(zone)) return zone;
  const near = didYouMean(nearestAmong(['UTC', ...Intl.supportedValuesOf('timeZone')])(zone ?? ''));
  throw refused(
    param,
    value,
    `a time zone by its IANA name, such as Europe/Berlin or UTC${near === '' ? '' : ` (${near})`}`,
  );
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

export function spellBudgets(
  budgets: readonly Budget[] = [],
  { owner, balanceOf }: { readonly owner: LimitOwner; readonly balanceOf: BalanceOf | undefined },
): z.input<typeof budgetsShape> {
  return budgets.map((budget) => {
    const { id, limit, period, mode, window, timezone, match } = budget;
    const balance = balanceOf?.(budget, owner);
    return {
      ...{ id, limit_usd: formatUsd(limit), period, mode, window, timezone, ...spellMatch(match) },
      ...(balance === undefined ? {} : spellBalance(balance)),
    };
  });
}

function spellBalance({ windowEnd, values, ...amounts }: Balance): Partial<z.input<typeof budgetsShape>[number]> {
  return {
    ...spellAmounts(amounts),
    ...(windowEnd === undefined ? {} : { window_ends_at: spellMoment(windowEnd) }),
    ...(values === undefined
      ? {}
      : { balances: values.map(({ value, ...each }) => ({ value, ...spellAmounts(each) })) }),
  };
}

function spellAmounts({ spent, reserved }: Pick<Balance, 'spent' | 'reserved'>): {
  readonly spent_usd: string;
  readonly reserved_usd: string;
} {
  return { spent_usd: formatUsd(spent), reserved_usd: formatUsd(reserved) };
}
