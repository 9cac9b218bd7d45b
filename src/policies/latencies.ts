import type { FirstByte } from '../core/health.ts';

/** How long something took, over the last four and a half to five minutes, in constant memory. Times are on the clock that never runs backwards. */
export interface Latencies {
  add(ms: number, at: number): void;
  /** Undefined if nothing was added in the last five minutes. */
  summary(at: number): FirstByte | undefined;
}

const windowMs = 300_000;
const slotMs = 30_000;
/** The one that is being filled counts as one of them. */
const slots = windowMs / slotMs;
const perOctave = 8;
/** From 1 ms to 2^20 ms, which is 17 minutes; what is faster or slower counts in the first or last. */
const buckets = 20 * perOctave;

/** Counts by slot of time and size, in steps of an eighth of an octave: what is told is at most 4.5 % off. */
export function latencies(): Latencies {
  const counts = new Uint32Array(slots * buckets);
  const numbers = new Float64Array(slots).fill(-1);

  return {
    add(ms, at) {
      const number = Math.floor(at / slotMs);
      const slot = number % slots;
      const first = slot * buckets;
      if (numbers[slot] !== number) {
        numbers[slot] = number;
        counts.fill(0, first, first + buckets);
      }
      const place = first + bucketOf(ms);
      counts[place] = (counts[place] ?? 0) + 1;
    },
    summary(at) {
      const oldest = Math.floor(at / slotMs) - slots;
      const sums = new Float64Array(buckets);
      for (let slot = 0; slot < slots; slot += 1) {
        if ((numbers[slot] ?? -1) <= oldest) continue;
        for (let bucket = 0; bucket < buckets; bucket += 1)
          sums[bucket] = (sums[bucket] ?? 0) + (counts[slot * buckets + bucket] ?? 0);
      }
      const count = sums.reduce((sum, one) => sum + one, 0);
      return count === 0
        ? undefined
        : { p50: percentile(sums, count * 0.5), p95: percentile(sums, count * 0.95), count };
    },
  };
}

function bucketOf(ms: number): number {
  if (!(ms > 1)) return 0;
  return Math.min(buckets - 1, Math.floor(Math.log2(ms) * perOctave));
}

/** The middle of the bucket in which the one of this rank is. */
function percentile(sums: Float64Array, rank: number): number {
  let seen = 0;
  const bucket = sums.findIndex((count) => {
    seen += count;
    return count > 0 && seen >= rank;
  });
  return Number((2 ** ((bucket + 0.5) / perOctave)).toPrecision(3));
}
