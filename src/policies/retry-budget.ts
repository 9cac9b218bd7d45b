/** A token bucket that retries draw from, in the measures that AWS's SDKs use since 2026. */
export interface RetryBudget {
  /** Takes what one more attempt costs; false if too little is left. */
  take(cause: RetryCause): boolean;
  /** A call went through: a little comes back. */
  succeeded(): void;
}

/** Why another attempt is wanted: the provider stumbled, or asked for patience. */
export type RetryCause = 'transient' | 'throttled';

const capacity = 500;
const cost = { transient: 14, throttled: 5 } as const satisfies Record<RetryCause, number>;

export function retryBudget(): RetryBudget {
  let left = capacity;
  return {
    take(cause) {
      if (left < cost[cause]) return false;
      left -= cost[cause];
      return true;
    },
    succeeded() {
      if (left < capacity) left += 1;
    },
  };
}
