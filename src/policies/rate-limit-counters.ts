import { type LimitOwner, type OwnedLimits, type RateLimitName, type RateRule, rateLimitNames } from '../core/limit.ts';
import type { Clock } from '../core/ports.ts';
import type { Limits, PastUse } from '../store/store.ts';
import { type Counters, counters } from './counters-by-value.ts';
import { type Measure, measures } from './rate-limit-quantities.ts';
import { type SlidingWindow, slidingWindow } from './sliding-window.ts';
import { type Slots, slots } from './slots.ts';

/** One figure of a rule, with what is counted for it. */
export type Bar = WindowBar | SlotsBar;

/** So much in any stretch of time. */
export interface WindowBar extends BarOf {
  readonly kind: 'window';
  readonly measure: Measure;
  readonly counters: Counters<SlidingWindow>;
}

/** So many at once. */
export interface SlotsBar extends BarOf {
  readonly kind: 'slots';
  readonly counters: Counters<Slots>;
}

interface BarOf {
  readonly owner: LimitOwner;
  readonly rule: RateRule;
  readonly name: RateLimitName;
  readonly limit: number;
  /** It refuses; one that does not only says that it would have. */
  readonly isHard: boolean;
}

/** Everything that is counted for limits of rate, however often the house is rebuilt. */
export interface RateCounters {
  /** What there is to be counted under these limits, in their order. */
  barsOf(owned: readonly OwnedLimits[]): readonly Bar[];
  /**
   * Counts in what was admitted before: by another process, or before there was the rule. Nobody is admitted until it is done;
   * whoever comes meanwhile waits for the same. Throws if the ledger cannot be read, and is asked again by the next call.
   */
  restore(bar: WindowBar): Promise<void>;
}

/** What a rule's past is told in, at most: the latest of it. */
const mostPast = 100_000;
/** What nobody asked for in so long is counted anew from the ledger, should anybody. */
const forgottenMs = 2 * 86_400_000;

export function rateCounters({
  limits,
  clock,
}: {
  readonly limits: Pick<Limits, 'past'>;
  readonly clock: Clock;
}): RateCounters {
  const compiled = new WeakMap<readonly OwnedLimits[], readonly Bar[]>();
  const windows = new Map<string, Kept<SlidingWindow>>();
  const open = new Map<string, Kept<Slots>>();
  const restoring = new WeakMap<Counters<SlidingWindow>, Promise<void>>();
  const telling = new Map<string, Promise<Told>>();

  const barOf = (owner: LimitOwner, rule: RateRule, name: RateLimitName): Bar => {
    const [measure, place] = [measures[name], `${rule.id} ${name}`];
    const bar = { owner, rule, name, limit: rule.limits[name] ?? 0, isHard: rule.mode === 'hard' };
    const now = clock.monotonic();
    if (measure === undefined) {
      const make = (): Counters<Slots> => counters(slots, (one, at) => one.open(at) === 0);
      return { kind: 'slots', ...bar, counters: kept(open, place, { now, make }) };
    }
    const { windowMs } = measure;
    const make = (): Counters<SlidingWindow> =>
      counters(
        () => slidingWindow(windowMs),
        (one, at) => one.emptyIn(at) === 0,
      );
    return { kind: 'window', ...bar, measure, counters: kept(windows, place, { now, make }) };
  };
  const ask = async ({ owner, rule: { match }, measure: { windowMs } }: WindowBar): Promise<Told> => {
    const [now, wall] = [clock.monotonic(), clock.now()];
    const slotMs = Math.ceil(windowMs / (Object.values(match).includes('*') ? 20 : 1000));
    return { now, wall, past: await limits.past({ owner, match, limit: mostPast, since: wall - windowMs, slotMs }) };
  };
  /** A rule's figures over the same time are asked for once: nobody is admitted meanwhile under any of them. */
  const tell = (bar: WindowBar): Promise<Told> => {
    const asked = JSON.stringify([bar.rule.id, bar.owner, bar.rule.match, bar.measure.windowMs]);
    const under = telling.get(asked);
    if (under !== undefined) return under;
    const begun = ask(bar).finally(() => telling.delete(asked));
    telling.set(asked, begun);
    return begun;
  };
  const restored = async (bar: WindowBar): Promise<void> => {
    const { now, wall, past } = await tell(bar);
    let at = Number.NEGATIVE_INFINITY;
    for (const use of past) {
      // The wall's clock may have been set since: what it puts into the future was now at the latest.
      at = Math.max(at, Math.min(now, now - (wall - use.at)));
      bar.counters.of(use.values, at).take(at, bar.measure.quantity.past(use));
    }
    bar.counters.ready = true;
  };
  return {
    barsOf(owned) {
      const known = compiled.get(owned);
      if (known !== undefined) return known;
      const now = clock.monotonic();
      forget(windows, now);
      forget(open, now);
      const bars = owned.flatMap(({ owner, rates }) =>
        rates.flatMap((rule) =>
          rateLimitNames.filter((name) => rule.limits[name] !== undefined).map((name) => barOf(owner, rule, name)),
        ),
      );
      compiled.set(owned, bars);
      return bars;
    },
    restore(bar) {
      const under = restoring.get(bar.counters);
      if (under !== undefined) return under;
      const begun = restored(bar).finally(() => restoring.delete(bar.counters));
      restoring.set(bar.counters, begun);
      return begun;
    },
  };
}

/** The past, as it was told at a moment. */
interface Told {
  readonly now: number;
  readonly wall: number;
  readonly past: readonly PastUse[];
}

interface Kept<T> {
  readonly counters: Counters<T>;
  /** When it was last looked up for a list of limits. */
  usedAt: number;
}

function kept<T>(
  all: Map<string, Kept<T>>,
  place: string,
  { now, make }: { readonly now: number; readonly make: () => Counters<T> },
): Counters<T> {
  const known = all.get(place) ?? { counters: make(), usedAt: now };
  known.usedAt = now;
  all.set(place, known);
  return known.counters;
}

function forget<T>(all: Map<string, Kept<T>>, now: number): void {
  for (const [place, { counters: each, usedAt }] of all) {
    if (usedAt + forgottenMs < now && each.isIdle(now)) all.delete(place);
  }
}
