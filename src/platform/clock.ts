import type { Cancel, Clock } from '../core/ports.ts';

/** The machine's own clock. A timer keeps the process alive until it has acted or is cancelled. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after,
});

/** What `setTimeout` can hold; a longer wait would act at once. */
const longestWaitMs = 2 ** 31 - 1;

function after(ms: number, act: () => void): Cancel {
  if (ms <= longestWaitMs) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  }
  let cancel: Cancel;
  const timer = setTimeout(() => {
    cancel = after(ms - longestWaitMs, act);
  }, longestWaitMs);
  cancel = () => clearTimeout(timer);
  return () => cancel();
}
