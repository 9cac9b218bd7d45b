/** How many are open at once. Each is given back by its holder, or else when its lease ends: none can be lost for good. */
export interface Slots {
  /** How many are taken at this moment. */
  open(now: number): number;
  /** Takes one from now until it is given back, or until then. */
  take(now: number, until: number): Lease;
  /** Giving back twice is giving back once. */
  giveBack(lease: Lease, now: number): void;
  /**
   * In how many milliseconds fewer than so many are likely to be taken, by how long those that were given back had been, and how long
   * those that are taken have been already. Never less than a quarter of a second, nor longer than until leases end.
   */
  freeIn(now: number, limit: number): number;
}

/** Between two moments of the clock that never runs backwards. */
export interface Lease {
  readonly since: number;
  readonly until: number;
}

/** Sooner nobody is told to come again. */
const soonestMs = 250;
/** What is told before anything is known. */
const unknownMs = 1000;
/** How much each one that is given back counts for how long they usually last. */
const weight = 1 / 8;

export function slots(): Slots {
  const leases = new Set<Lease>();
  /** No lease ends before. */
  let earliest = Number.POSITIVE_INFINITY;
  /** How long those that were given back had been; the latest count most. */
  let usualMs: number | undefined;
  const expire = (now: number): void => {
    earliest = Number.POSITIVE_INFINITY;
    for (const lease of leases) {
      if (lease.until <= now) leases.delete(lease);
      else if (lease.until < earliest) earliest = lease.until;
    }
  };
  return {
    open(now) {
      if (now >= earliest) expire(now);
      return leases.size;
    },
    take(now, until) {
      const lease = { since: now, until };
      leases.add(lease);
      if (until < earliest) earliest = until;
      return lease;
    },
    giveBack(lease, now) {
      if (!leases.delete(lease)) return;
      const lasted = now - lease.since;
      usualMs = usualMs === undefined ? lasted : usualMs + (lasted - usualMs) * weight;
    },
    freeIn(now, limit) {
      const [oldest] = leases;
      // Where none has ended yet, what has lasted so long is taken to last as long again.
      const usual = usualMs ?? Math.max(unknownMs, 2 * (now - (oldest?.since ?? now)));
      const waits = Array.from(leases, (lease) => leftOf(lease, now, usual));
      const surplus = waits.length - limit;
      const wait = surplus > 0 ? waits.toSorted((one, other) => one - other)[surplus] : least(waits);
      return Math.max(soonestMs, wait ?? 0);
    },
  };
}

/** What lasts longer than is usual is taken to go on for as long as it is late. */
function leftOf({ since, until }: Lease, now: number, usual: number): number {
  return Math.min(until - now, Math.abs(usual - (now - since)));
}

function least(waits: readonly number[]): number {
  return waits.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
}
