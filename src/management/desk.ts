import type { Clock, Vault } from '../core/ports.ts';
import type { AnswerName, Answers } from '../store/store.ts';
import { type GivenAnswer, givenAnswers } from './given-answers.ts';

/** What operators' changes share, however often the house is rebuilt: their order, and the answers that were given. */
export interface Desk {
  /** Runs one change after the other, so that what one has read is still so when it writes. */
  inTurn<T>(act: () => Promise<T>): Promise<T>;
  /**
   * Runs a change in turn, but only the first time that it is asked for under this name in 24 hours, also over a restart; whoever
   * asks again is given the same answer. Throws `resource-conflict` while it is being answered, if something else was asked under
   * the name, or if it is not known what came of it. What was refused as the caller's mistake may be asked again.
   */
  once(asked: AskedOnce, act: () => Promise<GivenAnswer>): Promise<GivenAnswer & { readonly replayed?: true }>;
}

export interface AskedOnce extends AnswerName {
  /** Of what is asked. */
  readonly digest: string;
}

export interface DeskTools {
  readonly clock: Pick<Clock, 'now'>;
  readonly answers: Answers;
  readonly vault: Pick<Vault, 'seal' | 'open'>;
}

export function openDesk(tools: DeskTools): Desk {
  const given = givenAnswers(tools);
  const underWay = new Map<string, string>();
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const turn = last.then(act, act);
    last = turn.catch(() => undefined);
    return turn;
  };
  return Object.freeze({
    inTurn,
    async once(asked: AskedOnce, act: () => Promise<GivenAnswer>) {
      const name = JSON.stringify([asked.organisationId, asked.actor, asked.idempotencyKey]);
      given.refuseUnderWay(asked, underWay.get(name));
      underWay.set(name, asked.digest);
      try {
        return await inTurn(() => given.again(asked, act));
      } finally {
        underWay.delete(name);
      }
    },
  });
}
