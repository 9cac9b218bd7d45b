import type { Budget, BudgetPeriod } from '../../core/limit.ts';
import type { Moment } from './ledger-time.ts';

/** A stretch of time in which money is added up on its own. */
export interface Window {
  /** Epoch milliseconds. */
  readonly start: number;
  /** What was spent in it counts against the limit until then. */
  readonly until: number;
}

/** How a budget divides time: each moment is in exactly one window. */
export type Windows = Calendar | Rolling;

export interface Calendar {
  readonly kind: 'calendar';
  of(moment: Moment): Window;
}

export interface Rolling {
  readonly kind: 'rolling';
  readonly slotMs: number;
  readonly periodMs: number;
  of(moment: Moment): Window;
}

/** The slots of a rolling period: what is spent is free again once all of its slot is older than the period. */
const slotsInPeriod = 240;
const forever: Window = { start: 0, until: 8_640_000_000_000_000 };
const minute = 60_000;
const day = 86_400_000;

/** A month that rolls has thirty days. */
const periodMs: { readonly [Period in Exclude<BudgetPeriod, 'total'>]: number } = {
  minute,
  hour: 60 * minute,
  day,
  week: 7 * day,
  month: 30 * day,
};

export function windowsOf({ period, window, timezone }: Pick<Budget, 'period' | 'window' | 'timezone'>): Windows {
  if (period === 'total') return { kind: 'calendar', of: () => forever };
  if (window === 'rolling') return rolling(periodMs[period]);
  if (period === 'minute' || period === 'hour') return calendar((at) => clockWindow(at, periodMs[period], timezone));
  return calendar((at) => dateWindow(at, period, timezone));
}

function rolling(lengthMs: number): Rolling {
  const slotMs = lengthMs / slotsInPeriod;
  return {
    kind: 'rolling',
    slotMs,
    periodMs: lengthMs,
    of({ steady }) {
      const start = Math.floor(steady / slotMs) * slotMs;
      return { start, until: start + slotMs + lengthMs };
    },
  };
}

function calendar(find: (at: number) => Window): Calendar {
  return { kind: 'calendar', of: ({ wall }) => find(wall) };
}

/** A minute or an hour as a clock shows it; one that is cut short when clocks are changed ends there. */
function clockWindow(at: number, lengthMs: number, timezone: string): Window {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone);
  const offset = zoned.offsetNanoseconds / 1_000_000;
  const shown = at + offset;
  const start = Math.floor(shown / lengthMs) * lengthMs - offset;
  const change = zoned.getTimeZoneTransition('next')?.epochMilliseconds;
  return { start, until: change === undefined ? start + lengthMs : Math.min(start + lengthMs, change) };
}

const steps = { day: { days: 1 }, week: { weeks: 1 }, month: { months: 1 } } as const;

/** A date, the week from its Monday, or the month: from the first moment of that date where the budget lives. */
function dateWindow(at: number, period: keyof typeof steps, timezone: string): Window {
  const date = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone).toPlainDate();
  const first = firstDate(date, period);
  let next = first.add(steps[period]);
  // A date that a country left out begins when the one after it does.
  while (startOf(next, timezone) <= at) next = next.add({ days: 1 });
  return { start: startOf(first, timezone), until: startOf(next, timezone) };
}

function firstDate(date: Temporal.PlainDate, period: keyof typeof steps): Temporal.PlainDate {
  if (period === 'week') return date.subtract({ days: date.dayOfWeek - 1 });
  return period === 'month' ? date.with({ day: 1 }) : date;
}

function startOf(date: Temporal.PlainDate, timezone: string): number {
  return date.toZonedDateTime(timezone).epochMilliseconds;
}
