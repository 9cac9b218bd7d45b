import type { Clock } from '../../core/ports.ts';

/** One moment on the two clocks by which money is kept. Epoch milliseconds, both. */
export interface Moment {
  /** As clocks on the wall show it, but that it never runs backwards: for calendar windows. */
  readonly wall: number;
  /** Runs neither backwards nor faster than time: for rolling windows. Equal to `wall` until somebody sets the clock. */
  readonly steady: number;
}

/** What is less is the rounding of two clocks, and nobody who set one. */
const roundingMs = 2;

/** Tells moments. When the clock is set back, `wall` stands still until it is reached again. */
export class LedgerTime {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #startedSteady: number;
  /** How far the wall clock is ahead of the steady one. */
  #lead: number;
  #wall: number;

  /** A steady clock is no earlier than it was when a process before this one ended. */
  constructor(clock: Clock, lastSteady = 0) {
    this.#clock = clock;
    this.#wall = clock.now();
    this.#startedAt = clock.monotonic();
    this.#startedSteady = Math.max(this.#wall, lastSteady);
    this.#lead = this.#wall - this.#startedSteady;
  }

  now(): Moment {
    const steady = this.#startedSteady + Math.floor(this.#clock.monotonic() - this.#startedAt);
    const lead = this.#clock.now() - steady;
    if (Math.abs(lead - this.#lead) > roundingMs) this.#lead = lead;
    this.#wall = Math.max(this.#wall, steady + this.#lead);
    return { wall: this.#wall, steady };
  }
}
