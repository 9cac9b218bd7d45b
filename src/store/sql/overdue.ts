import type { Cancel, Clock } from '../../core/ports.ts';

const lookEveryMs = 250;

/**
 * Notices what stays away: what is seen under way twice, a look apart. A timer for each would cost every call; this one runs only
 * while something is under way.
 */
export class Overdue<Item extends object> {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #notice: (item: Item) => void;
  #underWay: Item | undefined;
  #seen: Item | undefined;
  #cancel: Cancel | undefined;

  /** `notice` is told at each look, for as long as it stays away. */
  constructor(clock: Pick<Clock, 'after'>, notice: (item: Item) => void) {
    this.#clock = clock;
    this.#notice = notice;
  }

  /** Only one thing is under way at a time: undefined if none is. */
  watch(item: Item | undefined): void {
    this.#underWay = item;
    if (item !== undefined) this.#cancel ??= this.#clock.after(lookEveryMs, () => this.#look());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #look(): void {
    const item = this.#underWay;
    if (item !== undefined && item === this.#seen) this.#notice(item);
    this.#seen = item;
    this.#cancel = item === undefined ? undefined : this.#clock.after(lookEveryMs, () => this.#look());
  }
}
