import type { NanoUsd } from '../../core/money.ts';
import type { KeptBudget } from './kept-budget.ts';
import type { Moment } from './ledger-time.ts';
import type { Window, Windows } from './window.ts';

/** What was spent and is reserved in one window of an account. */
export interface Bucket {
  readonly account: Account;
  readonly start: number;
  readonly until: number;
  spent: NanoUsd;
  reserved: NanoUsd;
  /** It counts against the limit. */
  live: boolean;
}

/** One balance of a budget: its only one, or that of one value of a `*`. */
export class Account {
  readonly kept: KeptBudget;
  readonly value: string;
  /** In all windows that count now. */
  spent: NanoUsd = 0n;
  reserved: NanoUsd = 0n;
  /** Whoever watches is told as soon as so much is spent. */
  alarm: NanoUsd = 0n;
  readonly #windows: Windows;
  /** Those that count now, the first to end first; a calendar has one at most. */
  readonly #live: Bucket[] = [];
  /** Windows that are still to come, in which something was spent: the clock was set back since. */
  readonly #ahead = new Map<number, Bucket>();

  constructor(kept: KeptBudget, value: string) {
    this.kept = kept;
    this.value = value;
    this.#windows = kept.windows;
  }

  /** The bucket of this moment. What is over by then no longer counts. */
  at(moment: Moment): Bucket {
    this.turn(moment);
    const last = this.#live.at(-1);
    if (last !== undefined && this.#isCurrent(last, moment)) return last;
    const { start, until } = this.#windows.of(moment);
    return last?.start === start ? last : this.#open(start, until);
  }

  /** Lets go what is over. Answers whether the account has anything left that counts. */
  turn(moment: Moment): boolean {
    const now = this.#clock(moment);
    for (let first = this.#live[0]; first !== undefined && first.until <= now; first = this.#live[0]) {
      this.#live.shift();
      first.live = false;
      this.spent -= first.spent;
      this.reserved -= first.reserved;
    }
    if (this.#ahead.size > 0) this.#reach(moment);
    return this.#live.length > 0 || this.#ahead.size > 0;
  }

  /** The bucket of a moment that is past; it may count no longer. */
  past(moment: Moment, now: Moment): Bucket {
    this.turn(now);
    const { start, until } = this.#windows.of(moment);
    const found = this.#live.find((bucket) => bucket.start === start);
    if (found !== undefined) return found;
    if (this.#windows.kind === 'calendar' && start > now.wall) return this.#toCome(start, until);
    return until > this.#clock(now) ? this.#open(start, until) : this.#closed(start, until);
  }

  /** Takes up what is known to have been spent in the window that begins then. */
  found(start: number, spent: NanoUsd, now: Moment): void {
    const bucket = this.past({ wall: start, steady: start }, now);
    bucket.spent += spent;
    if (bucket.live) this.spent += spent;
  }

  /** The windows that count now. */
  get live(): readonly Readonly<Bucket>[] {
    return this.#live;
  }

  /** A calendar's window of this moment; undefined for those that roll and those that never end. */
  window(moment: Moment): Window | undefined {
    return this.#windows.kind === 'rolling' ? undefined : this.#windows.of(moment);
  }

  #clock({ wall, steady }: Moment): number {
    return this.#windows.kind === 'rolling' ? steady : wall;
  }

  #isCurrent(bucket: Bucket, { wall, steady }: Moment): boolean {
    return this.#windows.kind === 'calendar' ? wall < bucket.until : steady < bucket.start + this.#windows.slotMs;
  }

  #open(start: number, until: number): Bucket {
    const bucket = this.#ahead.get(start) ?? this.#closed(start, until);
    this.#ahead.delete(start);
    bucket.live = true;
    const place = this.#live.findLastIndex((other) => other.until <= until) + 1;
    this.#live.splice(place, 0, bucket);
    this.spent += bucket.spent;
    this.reserved += bucket.reserved;
    if (this.#windows.kind === 'calendar') this.alarm = 0n;
    return bucket;
  }

  /** The clock has come to windows in which something was spent already. */
  #reach({ wall }: Moment): void {
    for (const { start, until } of this.#ahead.values()) {
      if (until <= wall) this.#ahead.delete(start);
      else if (start <= wall) this.#open(start, until);
    }
  }

  #toCome(start: number, until: number): Bucket {
    const bucket = this.#ahead.get(start) ?? this.#closed(start, until);
    this.#ahead.set(start, bucket);
    return bucket;
  }

  #closed(start: number, until: number): Bucket {
    return { account: this, start, until, spent: 0n, reserved: 0n, live: false };
  }
}
