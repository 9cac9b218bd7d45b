/** How many are open at once. Each is given back by its holder, or else when its lease ends: none can be lost for good. */
export interface Slots {
  /** How many are taken at this moment. */
  open(now: number): number;
  /** Takes one until it is given back, or until then. */
  take(until: number): Lease;
  /** Giving back twice is giving back once. */
  giveBack(lease: Lease): void;
}

export interface Lease {
  /** On the clock that never runs backwards. */
  readonly until: number;
}

export function slots(): Slots {
  const leases = new Set<Lease>();
  /** No lease ends before. */
  let earliest = Number.POSITIVE_INFINITY;
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
    take(until) {
      const lease = { until };
      leases.add(lease);
      if (until < earliest) earliest = until;
      return lease;
    },
    giveBack: (lease) => void leases.delete(lease),
  };
}
