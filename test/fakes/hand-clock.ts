import type { Clock } from '../../src/core/ports.ts';

/** A clock that goes only when it is told to. */
export interface HandClock extends Clock {
  /** Lets this much time pass; what falls due meanwhile is called in order, and what that leads to is waited for. */
  advance(ms: number): Promise<void>;
  /** How many timers are set and neither called nor cancelled. */
  pending(): number;
}

interface Timer {
  readonly at: number;
  readonly act: () => void;
}

export function handClock(startedAt = 0): HandClock {
  let passed = 0;
  const timers = new Set<Timer>();
  const due = (until: number): Timer | undefined =>
    [...timers].filter(({ at }) => at <= until).toSorted((one, other) => one.at - other.at)[0];
  return {
    now: () => startedAt + passed,
    monotonic: () => passed,
    after: (ms, act) => {
      const timer = { at: passed + Math.max(0, ms), act };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance: async (ms) => {
      const until = passed + ms;
      await settle();
      for (let timer = due(until); timer !== undefined; timer = due(until)) {
        timers.delete(timer);
        passed = timer.at;
        timer.act();
        await settle();
      }
      passed = until;
      await settle();
    },
    pending: () => timers.size,
  };
}

/** Lets promises that are already decided run on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 32; turn += 1) await Promise.resolve();
}
