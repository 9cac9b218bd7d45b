import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Budget, type BudgetPeriod, budgetPeriods } from '../../core/limit.ts';
import { windowsOf } from './window.ts';

const hour = 3_600_000;
/** Half hours, quarters, changes of half an hour, changes at midnight, a date left out, the far ends of the day line. */
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Africa/Casablanca',
] as const;

const times = { min: Date.UTC(2005, 0), max: Date.UTC(2040, 0) };
const anyTime = fc.oneof(
  fc.integer(times),
  // Around the moments at which clocks are changed somewhere.
  fc
    .tuple(fc.constantFrom(...zones), fc.integer(times), fc.integer({ min: -2 * hour, max: 2 * hour }))
    .map(([zone, at, beside]) => {
      const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
      return (zoned.getTimeZoneTransition('next')?.epochMilliseconds ?? at) + beside;
    }),
);

test('each moment is in one calendar window, from whose start to whose end it is the same one', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.constantFrom(...budgetPeriods),
      fc.tuple(anyTime, fc.double({ min: 0, max: 1, noNaN: true })),
      (timezone, period, [at, share]) => {
        const { start, until } = calendar(period, timezone, at);
        expect(start).toBeLessThanOrEqual(at);
        expect(until).toBeGreaterThan(at);
        const later = at + Math.floor((Math.min(until, times.max) - 1 - at) * share);
        if (later > at) expect(calendar(period, timezone, later)).toEqual({ start, until });
        if (until < times.max) expect(calendar(period, timezone, until).start).not.toBe(start);
      },
    ),
    { numRuns: 3_000 },
  );
});

test('a day is as long as clocks say, and months and weeks end with their last day', () => {
  const lengths = (period: BudgetPeriod, timezone: string, date: string): readonly string[] => {
    const { start, until } = calendar(
      period,
      timezone,
      Temporal.ZonedDateTime.from(`${date}T12:00[${timezone}]`).epochMilliseconds,
    );
    return [start, until].map((at) =>
      Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone).toString(),
    );
  };
  expect(lengths('day', 'Europe/Berlin', '2026-03-29')).toEqual([
    '2026-03-29T00:00:00+01:00[Europe/Berlin]',
    '2026-03-30T00:00:00+02:00[Europe/Berlin]',
  ]);
  expect(lengths('day', 'Europe/Berlin', '2026-10-25')).toEqual([
    '2026-10-25T00:00:00+02:00[Europe/Berlin]',
    '2026-10-26T00:00:00+01:00[Europe/Berlin]',
  ]);
  // Midnight was left out there.
  expect(lengths('day', 'America/Sao_Paulo', '2017-10-15')[0]).toBe('2017-10-15T01:00:00-02:00[America/Sao_Paulo]');
  expect(lengths('month', 'UTC', '2028-02-29')).toEqual([
    '2028-02-01T00:00:00+00:00[UTC]',
    '2028-03-01T00:00:00+00:00[UTC]',
  ]);
  expect(lengths('month', 'UTC', '2026-12-31')[1]).toBe('2027-01-01T00:00:00+00:00[UTC]');
  expect(lengths('week', 'UTC', '2027-01-03')).toEqual([
    '2026-12-28T00:00:00+00:00[UTC]',
    '2027-01-04T00:00:00+00:00[UTC]',
  ]);
  // The 30th of December 2011 was left out there.
  expect(lengths('day', 'Pacific/Apia', '2011-12-29')[1]).toBe('2011-12-31T00:00:00+14:00[Pacific/Apia]');
});

test('what is spent in a rolling window counts at least for the period, and at most a slot longer', () => {
  fc.assert(
    fc.property(fc.constantFrom('minute', 'hour', 'day', 'week', 'month'), fc.integer(times), (period, steady) => {
      const windows = windowsOf({ period, window: 'rolling', timezone: 'UTC' });
      if (windows.kind !== 'rolling') throw new Error('it does not roll');
      const { start, until } = windows.of({ wall: 0, steady });
      expect(start).toBeLessThanOrEqual(steady);
      expect(until - steady).toBeGreaterThan(windows.periodMs);
      expect(until - steady).toBeLessThanOrEqual(windows.periodMs + windows.slotMs);
    }),
  );
});

function calendar(
  period: Budget['period'],
  timezone: string,
  wall: number,
): { readonly start: number; readonly until: number } {
  return windowsOf({ period, window: 'calendar', timezone }).of({ wall, steady: 0 });
}
