import type { Clock } from '../core/ports.ts';

/** What operators' changes share, however often the house is rebuilt: their order, and the answers that were given. */
export interface Desk {
  /** Runs one change after the other, so that what one has read is still so when it writes. */
  inTurn<T>(act: () => Promise<T>): Promise<T>;
  /** The answer given under this name in the last 24 hours. */
  given(name: string): GivenAnswer | undefined;
  keep(name: string, answer: GivenAnswer): void;
}

/** An answer that is given again to whoever asks the same under the same idempotency key. */
export interface GivenAnswer {
  /** Of what was asked. */
  readonly digest: string;
  readonly status: number;
  readonly body: string;
}

const keptMs = 86_400_000;
/** Names that callers make up must not fill the memory; the oldest goes first. */
const mostKept = 10_000;

export function openDesk(clock: Pick<Clock, 'now'>): Desk {
  let last: Promise<unknown> = Promise.resolve();
  const answers = new Map<string, GivenAnswer & { readonly until: number }>();
  return Object.freeze({
    inTurn<T>(act: () => Promise<T>): Promise<T> {
      const turn = last.then(act, act);
      last = turn.catch(() => undefined);
      return turn;
    },
    given(name: string) {
      const found = answers.get(name);
      return found === undefined || found.until <= clock.now() ? undefined : found;
    },
    keep(name: string, answer: GivenAnswer) {
      answers.delete(name);
      const [oldest] = answers.keys();
      if (answers.size >= mostKept && oldest !== undefined) answers.delete(oldest);
      answers.set(name, { ...answer, until: clock.now() + keptMs });
    },
  });
}
