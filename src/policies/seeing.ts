import type { Sight } from '../core/reply.ts';

/** What was seen of a stream so far. */
export interface Seen {
  add(sight: Sight): void;
  readonly sight: Sight;
}

/** Folds the sights of a stream's chunks into one: counts add up, the last usage wins, what was once true stays true. */
export function seeing(): Seen {
  let sum: Sight = { terminal: false, producedBytes: 0, producedFrames: 0 };
  return {
    get sight() {
      return sum;
    },
    add(sight) {
      sum = {
        ...sum,
        ...sight,
        terminal: sum.terminal || sight.terminal,
        producedBytes: sum.producedBytes + sight.producedBytes,
        producedFrames: sum.producedFrames + sight.producedFrames,
      };
    },
  };
}
