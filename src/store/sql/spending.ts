import type { KeptBudget } from '../accounts/kept-budget.ts';
import type { Moment } from '../accounts/ledger-time.ts';
import { firstInTime, firstOnWall } from './first-entry.ts';
import type { FoundSpending } from './spending-tally.ts';
import type { WantedSpending } from './spending-walk.ts';
import { type Read, type WalkTools, walkLedger } from './walk.ts';
import type { Stretch } from './walks.ts';

/** What entries spent that count for a budget, in one window of one of its values. */
export interface Spent {
  readonly kept: KeptBudget;
  readonly value: string;
  /** Of its window; of a moment in a window still to come, its minute. */
  readonly start: number;
  readonly spent: bigint;
}

export interface SpentWhen extends Stretch {
  readonly now: Moment;
  /** Corrections up to this one count. */
  readonly adjusted: number;
}

/** Adds up from the entries themselves what counts now, whatever chain was charged for them; told page by page. */
export async function* spendingIn(
  tools: WalkTools,
  budgets: readonly KeptBudget[],
  { now, adjusted, ...stretch }: SpentWhen,
): AsyncGenerator<readonly Spent[], void> {
  if (budgets.length === 0 || stretch.after >= stretch.upTo) return;
  const byNumber = new Map(budgets.map((kept) => [kept.number, kept]));
  const spending = { wanted: budgets.map((kept) => wantedOf(kept, now)), adjusted };
  for await (const page of walkLedger<FoundSpending>(tools, { spending }, stretch)) {
    yield page.map(({ number, value, start, spent }) => {
      const kept = byNumber.get(number);
      if (kept === undefined) throw new TypeError(`no budget ${number} was asked for`);
      return { kept, value, start, spent: BigInt(spent) };
    });
  }
}

/** The last entry before all that can count for any of these budgets; 0 if there is none. */
export async function lastBefore(read: Read, budgets: readonly KeptBudget[], now: Moment): Promise<number> {
  const [calendars, rolling] = [budgets.filter(isCalendar), budgets.filter((kept) => !isCalendar(kept))];
  const bounds = [
    ...(calendars.length === 0 ? [] : [await firstOnWall(read, earliestOf(calendars, now))]),
    ...(rolling.length === 0 ? [] : [await firstInTime(read, earliestOf(rolling, now))]),
  ];
  return bounds.length === 0 ? 0 : Math.max(0, Math.min(...bounds) - 1);
}

function isCalendar({ windows }: KeptBudget): boolean {
  return windows.kind === 'calendar';
}

function earliestOf(budgets: readonly KeptBudget[], now: Moment): number {
  return Math.min(...budgets.map((kept) => countsFrom(kept, now))) - longestCallMs;
}

/** No call takes as long. */
const longestCallMs = 86_400_000;

/** From when on what is spent counts, on the clock of the budget's windows. */
export function countsFrom({ windows }: KeptBudget, now: Moment): number {
  const { start } = windows.of(now);
  return windows.kind === 'calendar' ? start : start - windows.periodMs;
}

function wantedOf(kept: KeptBudget, now: Moment): WantedSpending {
  const { owner, budget, windows, number } = kept;
  const window = windows.kind === 'calendar' ? { until: windows.of(now).until } : { slotMs: windows.slotMs };
  return { number, owner, match: budget.match, from: countsFrom(kept, now), window };
}
