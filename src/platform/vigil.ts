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
  const post = { rounds: 0, periodMs };
  let watched: Watched[] = [];
  let pacing = false;

  const round = (): void => {
    post.rounds += 1;
    watched = watched.filter((entry) => entry.stays());
    pacing = watched.length > 0;
    if (pacing) clock.after(periodMs, round);
  };

  return {
    watch(limitMs, tooLong) {
      if (!pacing) {
        pacing = true;
        clock.after(periodMs, round);
      }
      const entry = new Watched(post, limitMs, tooLong);
      watched.push(entry);
      return entry;
    },
  };
}

interface Post {
  /** How often it was looked round so far. */
  readonly rounds: number;
  readonly periodMs: number;
}

const resting = -1;

/** One that has left is dropped in the next round: most calls are over before it, and a list costs less than a set. */
class Watched implements Watch {
  readonly #post: Post;
  /** Absent once it has left, so that nothing of the call is held. */
  #tooLong: (() => void) | undefined;
  /** The round in which waiting began. */
  #since = resting;
  /** How many whole rounds it may take. */
  #rounds: number;

  constructor(post: Post, limitMs: number, tooLong: () => void) {
    this.#post = post;
    this.#tooLong = tooLong;
    this.#rounds = Math.ceil(limitMs / post.periodMs);
  }

  wait(): void {
    this.#since = this.#post.rounds;
  }

  rest(): void {
    this.#since = resting;
  }

  limit(ms: number): void {
    this.#rounds = Math.ceil(ms / this.#post.periodMs);
  }

  leave(): void {
    this.#tooLong = undefined;
  }

  /** Speaks up if it has waited too long; whether it is still to be watched. */
  stays(): boolean {
    const tooLong = this.#tooLong;
    if (tooLong === undefined || this.#since === resting) return tooLong !== undefined;
    if (this.#post.rounds - this.#since <= this.#rounds) return true;
    this.leave();
    tooLong();
    return false;
  }
}
