import type { Cancel, Clock } from '../../core/ports.ts';

/** What is durable is in the database for others to read at most this long after, even if nobody asks for it. */
const behindMs = 1_000;

/** Sees to it that the database has what is durable in the log ahead of it. */
export class CatchUp {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #bring: () => Promise<void>;
  #isBehind = false;
  #hasFailed = false;
  #cancel: Cancel | undefined;
  #isOver = false;

  /** `bring` brings the database up to date. */
  constructor(clock: Pick<Clock, 'after'>, bring: () => Promise<void>) {
    this.#clock = clock;
    this.#bring = bring;
  }

  /** It could not be done when it was due; it is tried again each second. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Something is in the log, or on its way there. */
  behind(): void {
    this.#isBehind = true;
    if (!this.#isOver) this.#cancel ??= this.#clock.after(behindMs, () => this.#due());
  }

  /** The database has everything. */
  done(): void {
    this.#isBehind = false;
    this.#hasFailed = false;
  }

  /** Resolves when the database has what was durable, or cannot have it now; undefined if it has it already. */
  now(): Promise<void> | undefined {
    return this.#isBehind ? this.#bring().catch(() => undefined) : undefined;
  }

  stop(): void {
    this.#isOver = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #due(): void {
    this.#cancel = undefined;
    if (!this.#isBehind) return;
    this.#bring().catch(() => {
      this.#hasFailed = true;
      this.behind();
    });
  }
}
