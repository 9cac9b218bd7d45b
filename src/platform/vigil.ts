import type { Clock } from '../core/ports.ts';

/** Notices what stays away too long, with one timer for all: a timer per read would cost more than the read itself. */
export interface Vigil {
  /** `tooLong` is called once when something has been waited for longer than `limitMs`; after that the watch has ended. */
  watch(limitMs: number, tooLong: () => void): Watch;
}

export interface Watch {
  /** Waiting begins now. */
  wait(): void;
  /** It came; nothing is waited for. */
  rest(): void;
  /** What is waited for from now on may take this long. */
  limit(ms: number): void;
  leave(): void;
}

/** Looks round every `periodMs`, and only while somebody is watched; a limit is kept to within one period. */
export function openVigil(clock: Clock, periodMs: number): Vigil {
  const watched = new Set<Watched>();
  let rounds = 0;
  let pacing = false;

  const round = (): void => {
    rounds += 1;
    for (const entry of watched) {
      if (entry.since === resting || rounds - entry.since <= entry.rounds) continue;
      watched.delete(entry);
      entry.tooLong();
    }
    pacing = watched.size > 0;
    if (pacing) clock.after(periodMs, round);
  };

  return {
    watch(limitMs, tooLong) {
      const entry: Watched = { since: resting, rounds: Math.ceil(limitMs / periodMs), tooLong };
      watched.add(entry);
      if (!pacing) {
        pacing = true;
        clock.after(periodMs, round);
      }
      return {
        wait() {
          entry.since = rounds;
        },
        rest() {
          entry.since = resting;
        },
        limit(ms) {
          entry.rounds = Math.ceil(ms / periodMs);
        },
        leave: () => void watched.delete(entry),
      };
    },
  };
}

interface Watched {
  /** The round in which waiting began. */
  since: number;
  /** How many whole rounds it may take. */
  rounds: number;
  readonly tooLong: () => void;
}

const resting = -1;
