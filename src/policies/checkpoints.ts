import type { Cancel, Clock } from '../core/ports.ts';

/** An attempt whose stream is under way. */
export interface Producing {
  /** Notes what it has produced so far, if that is more than was noted last. */
  note(): void;
}

/** Has what attempts under way produce noted once a second, in case we never come to say how they ended. */
export interface Checkpoints {
  follow(attempt: Producing): void;
  /** It is over. */
  leave(attempt: Producing): void;
}

const checkpointMs = 1_000;

/**
 * All of them in one go, so that one commit has the notes of all: a thousand streams that are noted each in its own time come
 * to hundreds of commits a second. Nothing runs while nobody is followed.
 */
export function openCheckpoints(clock: Pick<Clock, 'after'>): Checkpoints {
  const followed = new Set<Producing>();
  let stop: Cancel | undefined;
  const round = (): void => {
    for (const attempt of followed) attempt.note();
    stop = clock.after(checkpointMs, round);
  };
  return {
    follow(attempt) {
      followed.add(attempt);
      stop ??= clock.after(checkpointMs, round);
    },
    leave(attempt) {
      followed.delete(attempt);
      if (followed.size > 0) return;
      stop?.();
      stop = undefined;
    },
  };
}
