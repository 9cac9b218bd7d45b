import type { Consumed, Journal } from '../core/call.ts';
import type { Loss } from '../core/loss.ts';
import type { Entry } from '../store/store.ts';

/** What is noted of a call besides its attempts: what was lost, what its record is to tell, who waits for its end. */
export interface CallNotes extends Pick<Journal, 'lost' | 'answerLost' | 'flag' | 'whenClosed'> {
  /** Another attempt begins: what was lost before it began is its. */
  next(): void;
  losses(): readonly Loss[];
  flags(): readonly string[];
  /** Tells whoever waits for it what these entries charge. */
  closed(entries: readonly Entry[]): void;
}

/** Nobody reads more of them. */
const mostAnswerLosses = 100;

export function callNotes(): CallNotes {
  return new Notes();
}

/** Most calls lose nothing and are waited for by nobody: what is empty is shared. */
const none: readonly never[] = [];

class Notes implements CallNotes {
  /** What the next attempt loses, told before it begins, and what the current one lost. */
  #losing: readonly Loss[] = none;
  #lost: readonly Loss[] = none;
  #answerLosses: Map<string, Loss> | undefined;
  #flags: readonly string[] = none;
  #waiting: readonly Wait[] = none;

  readonly lost = (loss: Loss): void => {
    this.#losing = [...this.#losing, loss];
  };

  readonly answerLost = ({ path, why }: Loss): void => {
    this.#answerLosses ??= new Map();
    // A stream may lose the same in every frame.
    if (this.#answerLosses.size < mostAnswerLosses)
      this.#answerLosses.set(`${path} ${why}`, { path: `answer.${path}`, why });
  };

  flag(text: string): void {
    this.#flags = [...this.#flags, text];
  }

  whenClosed(act: Wait): void {
    this.#waiting = [...this.#waiting, act];
  }

  next(): void {
    this.#lost = this.#losing;
    this.#losing = none;
    this.#answerLosses = undefined;
  }

  losses(): readonly Loss[] {
    return this.#answerLosses === undefined ? this.#lost : [...this.#lost, ...this.#answerLosses.values()];
  }

  flags(): readonly string[] {
    return this.#flags;
  }

  closed(entries: readonly Entry[]): void {
    if (this.#waiting.length === 0) return;
    const consumed = entries.flatMap(({ provider, model, usage }) =>
      provider === undefined || model === undefined ? [] : [{ provider, model, usage }],
    );
    for (const act of this.#waiting) act(consumed);
  }
}

type Wait = (consumed: readonly Consumed[]) => void;
