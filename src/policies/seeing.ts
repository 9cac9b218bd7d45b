import type { Sight } from '../core/reply.ts';

/** What was seen of a stream so far. */
export interface Seen {
  add(sight: Sight): void;
  /** Grows with what is added. */
  readonly sight: Sight;
}

/** Folds the sights of a stream's chunks into one: counts add up, the last usage wins, what was once true stays true. */
export function seeing(): Seen {
  const sum: { -readonly [Member in keyof Sight]: Sight[Member] } = {
    terminal: false,
    producedBytes: 0,
    producedFrames: 0,
  };
  return {
    sight: sum,
    // Once for every chunk: nothing is made anew.
    add({ terminal, usage, usageInvalid, servedTier, failure, producedBytes, producedFrames }) {
      sum.producedBytes += producedBytes;
      sum.producedFrames += producedFrames;
      if (terminal) sum.terminal = true;
      if (usage !== undefined) sum.usage = usage;
      if (usageInvalid !== undefined) sum.usageInvalid = usageInvalid;
      if (servedTier !== undefined) sum.servedTier = servedTier;
      if (failure !== undefined) sum.failure = failure;
    },
  };
}
