/** Counters for what a rule tells apart: one for all, or one for each end user, tag or model. */
export interface Counters<T> {
  /** What was admitted before anybody counted is counted in. */
  ready: boolean;
  of(values: readonly string[], now: number): T;
  /** Nothing is counted. */
  isIdle(now: number): boolean;
  /** How many there are. */
  readonly size: number;
}

/** Whoever comes on top of so many shares one counter, and so is refused early, never late. */
const mostValues = 100_000;

/**
 * Makes counters as they are needed and lets those go that count nothing: with each new one, two old ones are looked at, so that
 * there are never many more than are in use.
 */
export function counters<T>(make: () => T, isIdle: (one: T, now: number) => boolean): Counters<T> {
  const sole = make();
  const byValue = new Map<string, Asked<T>>();
  let looking = byValue.entries();
  const tidy = (now: number): void => {
    for (let left = 2; left > 0; left -= 1) {
      const next = looking.next();
      if (next.done === true) {
        looking = byValue.entries();
        return;
      }
      const [value, { one, at }] = next.value;
      // What was asked for just now is about to count.
      if (at !== now && isIdle(one, now)) byValue.delete(value);
    }
  };
  return {
    ready: false,
    of(values, now) {
      if (values.length === 0) return sole;
      const value = values.length === 1 ? `.${values[0]}` : JSON.stringify(values);
      const known = byValue.get(value);
      if (known !== undefined) {
        known.at = now;
        return known.one;
      }
      tidy(now);
      if (byValue.size >= mostValues) return sole;
      const one = make();
      byValue.set(value, { one, at: now });
      return one;
    },
    isIdle(now) {
      if (!isIdle(sole, now)) return false;
      for (const { one } of byValue.values()) if (!isIdle(one, now)) return false;
      return true;
    },
    get size() {
      return byValue.size;
    },
  };
}

interface Asked<T> {
  readonly one: T;
  /** When it was last asked for. */
  at: number;
}
