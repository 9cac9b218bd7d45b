import type { Event, EventKind } from '../../core/event.ts';
import type { Budget } from '../../core/limit.ts';
import { formatUsd, type NanoUsd } from '../../core/money.ts';
import type { Entry } from '../store.ts';
import type { Account } from './account.ts';
import type { LedgerTime, Moment } from './ledger-time.ts';

/** What is told of budgets, as soon as it is so. */
export interface BudgetWatch {
  /** The alarm of an account has gone off; answers what is to be spent before the next one. */
  watch(account: Account, entry: Spender): NanoUsd;
  /** A hard budget did not pay for a call. */
  refused(account: Account, entry: Spender): void;
}

type Spender = Pick<Entry, 'organisationId'>;

export interface BudgetWatchTools {
  readonly time: LedgerTime;
  /** Called in the step that is told of, so that both are written in one commit. */
  tell(events: readonly Event[]): void;
}

/** The shares of a limit, in per cent, of which somebody is told when they are spent. */
const shares = [50n, 80n, 100n] as const;

/** Tells once for each window, value and limit. What is told again after a restart is known by its name and written once. */
export function budgetWatch({ time, tell }: BudgetWatchTools): BudgetWatch {
  const told = new WeakMap<Account, Told>();
  const toldOf = (account: Account, window: string): Told => {
    const known = told.get(account);
    const { limit } = account.kept.budget;
    if (known?.window === window && known.limit === limit) return known;
    const fresh = { window, limit, share: 0n, exceeded: false, refused: false };
    told.set(account, fresh);
    return fresh;
  };
  return {
    watch(account, entry) {
      const now = time.now();
      const { budget } = account.kept;
      const window = windowName(account, now);
      const before = toldOf(account, window);
      const reached = shares.findLast((share) => account.spent >= amountOf(budget.limit, share)) ?? 0n;
      const events = shares
        .filter((share) => share > before.share && share <= reached)
        .map((share) => eventOf(account, entry, { now, window, kind: 'budget.threshold', share }));
      if (reached > before.share) before.share = reached;
      if (budget.mode === 'soft' && account.spent > budget.limit && !before.exceeded) {
        before.exceeded = true;
        events.push(eventOf(account, entry, { now, window, kind: 'budget.exceeded' }));
      }
      if (events.length > 0) tell(events);
      return nextAlarm(account, before);
    },
    refused(account, entry) {
      const now = time.now();
      const window = windowName(account, now);
      const before = toldOf(account, window);
      if (before.refused) return;
      before.refused = true;
      tell([eventOf(account, entry, { now, window, kind: 'budget.exhausted' })]);
    },
  };
}

/** What was told of an account in its window. */
interface Told {
  readonly window: string;
  readonly limit: NanoUsd;
  share: bigint;
  exceeded: boolean;
  refused: boolean;
}

function amountOf(limit: NanoUsd, share: bigint): NanoUsd {
  return (limit * share + 99n) / 100n;
}

/** More than anybody ever spends. */
const never: NanoUsd = 1n << 62n;

/** What rolls may fall below a share and reach it again in another period, so it is looked at whenever half is spent. */
function nextAlarm({ kept: { budget } }: Account, { share, exceeded }: Told): NanoUsd {
  const half = amountOf(budget.limit, shares[0]);
  if (budget.window === 'rolling') return half;
  const next = shares.find((one) => one > share);
  if (next !== undefined) return amountOf(budget.limit, next);
  return budget.mode === 'soft' && !exceeded ? budget.limit + 1n : never;
}

/** What rolls has no windows: it is told of once in each stretch of its length. */
function windowName(account: Account, now: Moment): string {
  const { budget, windows } = account.kept;
  if (budget.period === 'total') return 'total';
  if (windows.kind === 'rolling') return String(Math.floor(now.steady / windows.periodMs));
  return String(account.window(now)?.start);
}

interface Telling {
  readonly now: Moment;
  readonly window: string;
  readonly kind: EventKind;
  readonly share?: bigint;
}

function eventOf(account: Account, entry: Spender, { now, window, kind, share }: Telling): Event {
  const { kept, value, spent, reserved } = account;
  const { budget, owner } = kept;
  const calendar = budget.period === 'total' ? undefined : account.window(now);
  return {
    once: [kind, budget.id, window, budget.limit, share ?? '', value].join(' '),
    at: now.wall,
    kind,
    subject: owner.id,
    organisationId: entry.organisationId,
    body: {
      budget_id: budget.id,
      owner_kind: owner.kind,
      ...valueMember(budget, value),
      ...(share === undefined ? {} : { percent: Number(share) }),
      mode: budget.mode,
      period: budget.period,
      limit_usd: formatUsd(budget.limit),
      spent_usd: formatUsd(spent),
      reserved_usd: formatUsd(reserved),
      ...(calendar === undefined
        ? {}
        : { window_starts_at: moment(calendar.start), window_ends_at: moment(calendar.until) }),
    },
  };
}

/** Whose balance it is, where a budget has one for each. */
function valueMember({ match }: Budget, value: string): { readonly value?: string } {
  return Object.values(match).includes('*') ? { value } : {};
}

function moment(at: number): string {
  return new Date(at).toISOString();
}
