import type { Attempt, Received, Target } from '../core/call.ts';
import type { Failure } from '../core/failure.ts';
import { costOf } from '../core/money.ts';
import type { Clock } from '../core/ports.ts';
import type { Outcome, Sight } from '../core/reply.ts';
import { chargeFor } from './charge.ts';
import { estimatedOutput } from './estimate.ts';
import type { Timing } from './in-flight.ts';
import { type Held, type Settled, settled } from './settlement.ts';

export interface Head {
  readonly status: number;
  readonly requestId?: string;
  /** On the clock that never runs backwards. */
  readonly at: number;
}

export interface AttemptTools {
  readonly clock: Clock;
  readonly request: Received | undefined;
  readonly held: Held | undefined;
}

interface Ended {
  readonly failure: Failure;
  readonly seen: Sight | undefined;
  readonly at: number;
}

/** One attempt as it went. */
export class AttemptRecord implements Attempt {
  readonly target: Target;
  readonly number: number;
  readonly startedAt: number;
  /** On the clock that never runs backwards. */
  readonly begunAt: number;
  readonly held: Held | undefined;
  readonly #clock: Clock;
  readonly #request: Received | undefined;
  #head: Head | undefined;
  #ended: Ended | undefined;
  #settled: Settled | undefined;
  /** What was seen of its stream; grows while it lasts. */
  #seen: Sight | undefined;
  #frames = 0;
  #heardAt = 0;
  #notedFrames = 0;

  constructor(target: Target, number: number, { clock, request, held }: AttemptTools) {
    this.target = target;
    this.number = number;
    this.held = held;
    this.#clock = clock;
    this.#request = request;
    this.startedAt = clock.now();
    this.begunAt = clock.monotonic();
  }

  get head(): Head | undefined {
    return this.#head;
  }

  get failure(): Failure | undefined {
    return this.#ended?.failure;
  }

  answered(told: Omit<Head, 'at'>): void {
    this.#head = { ...told, at: this.#clock.monotonic() };
  }

  failed(failure: Failure, seen?: Sight): void {
    this.#ended = { failure, seen, at: this.#clock.monotonic() };
  }

  /** There is more of what its stream produced. Called for every chunk. */
  heard(seen: Sight): void {
    if (seen.producedFrames === this.#frames) return;
    this.#seen = seen;
    this.#frames = seen.producedFrames;
    this.#heardAt = this.#clock.monotonic();
  }

  /** Whether there is anything to note of it before it ends. */
  get isPaid(): boolean {
    return this.held !== undefined && this.held.hold.amount > 0n && this.target.price !== undefined;
  }

  /** Notes what its stream cost so far, in case we never learn more, if that has grown. */
  note(): void {
    const { held, target } = this;
    if (held === undefined || target.price === undefined || this.#frames === this.#notedFrames) return;
    this.#notedFrames = this.#frames;
    const tokens = { input: held.sent.tokens, output: estimatedOutput(this.#seen) };
    held.holds.checkpoint(held.hold, costOf({ tokens }, target.price));
  }

  /** What it is charged, ending so. One that came to nothing is charged the same whoever asks, and when. */
  charged(outcome: Outcome, sight: Sight | undefined): Settled {
    if (this.#ended === undefined) return this.#charge(outcome, sight, this.#clock.monotonic());
    const { failure, seen, at } = this.#ended;
    this.#settled ??= this.#charge({ kind: 'failed', failure }, seen, at);
    return this.#settled;
  }

  #charge(outcome: Outcome, sight: Sight | undefined, at: number): Settled {
    const charge = chargeFor({
      request: this.#request,
      target: this.target,
      outcome,
      sight,
      status: this.#head?.status,
      timing: this.#timing(at),
      durationMs: at - this.begunAt,
      allowed: this.held?.output,
      calls: this.held?.calls,
    });
    return this.held === undefined ? charge : settled(charge, this.held, sight);
  }

  #timing(until: number): Timing {
    const headAt = this.#head?.at ?? until;
    const last = Math.max(headAt, this.#heardAt);
    return { silentMs: headAt - this.begunAt, heardMs: last - headAt, sinceMs: Math.max(0, until - last) };
  }
}
