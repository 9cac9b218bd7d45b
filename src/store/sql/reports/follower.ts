import type { Cancel, Clock, Log } from '../../../core/ports.ts';
import { type Listeners, startThread, type Thread } from '../thread.ts';
import type { Progress } from './follow.ts';

/** What the follower's thread says: how far it is, and whether it goes on; or why it cannot. */
export type FollowerNews = (Progress & { readonly more: boolean }) | { readonly cause: string };

export type StartFollower = (listeners: Listeners<FollowerNews>) => Thread;

/** Entries are taken up in blocks of so many sequences: few enough that those between two blocks are added up at once. */
export const usualBlockSize = 16_384;

/** The thread that keeps the shelf of the ledger at this path. */
export function followerThread(path: string, blockSize: number): StartFollower {
  return (listeners) => {
    const thread = startThread(new URL('./follower-thread.ts', import.meta.url), listeners);
    thread.post(JSON.stringify({ path, blockSize }));
    return thread;
  };
}

export interface FollowerOptions {
  readonly start: StartFollower;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly blockSize: number;
}

/** After the start calls go first; this long after the last block the thread ends and gives its memory back. */
const firstMs = 1_000;
const idleMs = 10_000;
/** Work that takes no longer than so many blocks is not worth a line in the log. */
const quietBlocks = 16;
/** How often a long work says how far it is. */
const tellMs = 10_000;

/** Sees to it that what is appended is taken up for reports, on a thread that lives only while there is something to take up. */
export class Follower {
  readonly #options: FollowerOptions;
  #thread: Thread | undefined;
  #cancelWait: Cancel | undefined;
  #busy = false;
  /** The sequence from which on there is a block again. */
  #wakeAt: number;
  #highest = 0;
  #told: number | undefined;
  #closed = false;

  /** `last` is the sequence of the newest entry there is. */
  constructor(options: FollowerOptions, last: number) {
    this.#options = options;
    this.#wakeAt = last + options.blockSize;
    if (last >= options.blockSize) this.#cancelWait = options.clock.after(firstMs, () => this.#wake());
  }

  /** An entry was given this sequence, the highest so far. It costs every call a comparison. */
  noted(sequence: number): void {
    this.#highest = sequence;
    if (sequence >= this.#wakeAt && !this.#busy) this.#wake();
  }

  /** Ends the thread, in the middle of a block if need be: the next start takes that up again. */
  close(): void {
    this.#closed = true;
    this.#stop();
  }

  #wake(): void {
    if (this.#closed) return;
    this.#cancelWait?.();
    this.#busy = true;
    this.#thread ??= this.#options.start({
      said: (news) => this.#hear(news),
      died: (cause) => this.#mourn(cause),
    });
    this.#thread.post('');
  }

  #hear(news: FollowerNews): void {
    if ('cause' in news) {
      this.#stop();
      this.#mourn(news.cause);
      return;
    }
    const { done, newest, more } = news;
    this.#tell(done, newest);
    if (more) return;
    this.#busy = false;
    // The ledger may not have yet what was given a number.
    this.#wakeAt = Math.max(this.#wakeAt, newest) + this.#options.blockSize - (newest - done);
    // What was given a number while it worked may make a block whole, and nothing come after it.
    this.#cancelWait =
      this.#highest >= done + this.#options.blockSize
        ? this.#options.clock.after(firstMs, () => this.#wake())
        : this.#options.clock.after(idleMs, () => this.#stop());
  }

  #tell(done: number, newest: number): void {
    const { clock, log, blockSize } = this.#options;
    const now = clock.monotonic();
    const left = newest - done;
    if (this.#told === undefined && left < quietBlocks * blockSize) return;
    if (left < blockSize) {
      this.#told = undefined;
      log.info('reports are prepared', { count: done });
      return;
    }
    if (this.#told !== undefined && now - this.#told < tellMs) return;
    this.#told = now;
    log.info(
      `reports are being prepared, ${Math.floor((100 * done) / newest)} % of the ledger; until then they take longer`,
      {
        count: left,
      },
    );
  }

  /** Reports take longer as long as nobody takes up what is new, and are as right as ever. */
  #mourn(cause: string): void {
    this.#thread = undefined;
    this.#busy = false;
    this.#wakeAt += this.#options.blockSize;
    this.#options.log.warn('what reports are made from cannot be kept up; they take longer', {
      cause: new Error(cause),
    });
  }

  #stop(): void {
    this.#cancelWait?.();
    this.#thread?.stop();
    this.#thread = undefined;
  }
}
