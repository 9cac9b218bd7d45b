import type { Event } from '../core/event.ts';
import { formatUsd, type NanoUsd } from '../core/money.ts';
import type { Cancel, Clock } from '../core/ports.ts';
import type { Store, UsageRow } from '../store/store.ts';
import { goRounds, type RoundTools } from './rounds.ts';

export interface SpendWatchTools extends RoundTools {
  readonly store: Pick<Store, 'ledger' | 'events'> & { readonly keys: Pick<Store['keys'], 'get'> };
  readonly clock: Clock;
}

const hourMs = 3_600_000;
/** How often the running hour is looked at. */
const everyMs = 600_000;
/** What is usual is what was so in this time. */
const pastHours = 7 * 24;
/** A key with fewer hours of spend than these has no habits yet. */
const leastHours = 24;
/** So many times the usual is unusual … */
const factor = 10n;
/** … if it is more than this: a dollar. */
const leastSpend: NanoUsd = 1_000_000_000n;

/**
 * Looks every ten minutes whether a key spends far more in the running hour than it usually does: more than 10 times the median of
 * those hours of the last 7 days in which it spent anything, if there are 24 of them, and more than $1. Told once for each key
 * and hour. Reads as reports do, never on the way of a call.
 */
export function watchSpend(tools: SpendWatchTools): Cancel {
  let usual: Usual | undefined;
  return goRounds(tools, {
    everyMs,
    trouble: 'unusual spend could not be looked for; it is tried again in ten minutes',
    run: async () => {
      const now = tools.clock.now();
      const hour = Math.floor(now / hourMs) * hourMs;
      if (usual?.hour !== hour) usual = { hour, medians: await mediansBefore(tools, hour) };
      await tools.store.events.append(await unusual(tools, usual, now));
      return undefined;
    },
  });
}

/** What keys spend in an hour, as of this hour. */
interface Usual {
  readonly hour: number;
  readonly medians: ReadonlyMap<string, NanoUsd>;
}

async function mediansBefore({ store }: SpendWatchTools, hour: number): Promise<Usual['medians']> {
  const rows: UsageRow[] = [];
  // A day at a time: thousands of keys have more hours in a week than are answered at once.
  for (let from = hour - pastHours * hourMs; from < hour; from += 24 * hourMs)
    rows.push(...(await store.ledger.usage({ from, to: from + 24 * hourMs, groupBy: ['key'], bucket: 'hour' })));
  const spent = Map.groupBy(
    rows.filter(({ cost }) => cost > 0n),
    ({ group }) => group.key ?? '',
  );
  const medians = [...spent].flatMap(([key, hours]): [string, NanoUsd][] =>
    hours.length < leastHours ? [] : [[key, median(hours.map(({ cost }) => cost))]],
  );
  return new Map(medians);
}

/** Of an even number the lower of the two in the middle: a tie is no reason to be silent. */
function median(amounts: readonly NanoUsd[]): NanoUsd {
  const sorted = amounts.toSorted((a, b) => (a < b ? -1 : 1));
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0n;
}

async function unusual({ store }: SpendWatchTools, { hour, medians }: Usual, now: number): Promise<readonly Event[]> {
  if (medians.size === 0) return [];
  const rows = await store.ledger.usage({ from: hour, to: hour + hourMs, groupBy: ['key'] });
  const found: Event[] = [];
  for (const { group, cost } of rows) {
    const usual = medians.get(group.key ?? '');
    if (group.key === undefined || usual === undefined || cost <= leastSpend || cost <= usual * factor) continue;
    const key = await store.keys.get(group.key);
    if (key === undefined) continue;
    found.push({
      once: `spend.anomaly ${key.id} ${hour}`,
      at: now,
      kind: 'spend.anomaly',
      subject: key.id,
      organisationId: key.organisationId,
      body: {
        hour: new Date(hour).toISOString(),
        spent_usd: formatUsd(cost),
        usual_usd: formatUsd(usual),
        key_name: key.name,
      },
    });
  }
  return found;
}
