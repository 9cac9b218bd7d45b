import { Failure } from '../../core/failure.ts';
import type { Cancel, Clock } from '../../core/ports.ts';

/** One signal for everything that ends a call early: its caller leaving, its time running out. */
export interface Lifetime {
  readonly signal: AbortSignal;
  /** The caller is gone. */
  leave(): void;
  /** Gives the whole call this long from now; a second call may only shorten it. */
  limit(ms: number): void;
  /** Nothing more to end: lets timers go. */
  over(): void;
}

export function lifetime(clock: Clock, caller: AbortSignal): Lifetime {
  const controller = new AbortController();
  const timers: Cancel[] = [];
  const leave = (): void => controller.abort(new Failure('caller-gone', 'The caller closed the connection.'));
  if (caller.aborted) leave();
  caller.addEventListener('abort', leave, { once: true });
  return {
    signal: controller.signal,
    leave,
    limit(ms) {
      timers.push(clock.after(ms, () => controller.abort(tooLate(ms))));
    },
    over() {
      caller.removeEventListener('abort', leave);
      for (const cancel of timers.splice(0)) cancel();
    },
  };
}

function tooLate(ms: number): Failure {
  return new Failure(
    'deadline-exceeded',
    `The call took longer than the ${ms} ms it was given; x-trestle-timeout-ms and limits.call_timeout_ms say how long it may.`,
  );
}
