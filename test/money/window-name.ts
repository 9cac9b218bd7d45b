import type { Budget } from '../../src/core/limit.ts';

const names = new Map<string, string>();

/** The name of a calendar window, as people would say it. A quarter of an hour never holds two hours, nor two dates. */
export function windowOf({ period, timezone }: Pick<Budget, 'period' | 'timezone'>, wall: number): string {
  if (period === 'total') return 'total';
  if (period === 'minute') return String(Math.floor(wall / 60_000));
  const place = `${period} ${timezone} ${Math.floor(wall / 900_000)}`;
  const known = names.get(place);
  if (known !== undefined) return known;
  const name = namedWindow(period, timezone, wall);
  if (names.size > 100_000) names.clear();
  names.set(place, name);
  return name;
}

function namedWindow(period: Budget['period'], timezone: string, wall: number): string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', hourCycle: 'h23' },
    timeZoneName: 'longOffset',
  });
  const parts = Object.fromEntries(format.formatToParts(wall).map(({ type, value }) => [type, value]));
  const date = `${parts['year']}-${parts['month']}-${parts['day']}`;
  if (period === 'hour') return `${date}T${parts['hour']} ${parts['timeZoneName']}`;
  if (period === 'day') return date;
  if (period === 'month') return date.slice(0, 7);
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const weekday = (new Date(midnight).getUTCDay() + 6) % 7;
  return new Date(midnight - weekday * 86_400_000).toISOString().slice(0, 10);
}
