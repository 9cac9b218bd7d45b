import type { ChatRequest } from '../../core/chat.ts';
import type { Lost } from '../../core/loss.ts';
import type { ModelTraits } from '../../providers/model-traits.ts';
import type { AnswerEdit } from './answer-edit.ts';
import type { DialectWords } from './dialect-words.ts';

/** What is written down while a request is fitted to its target; paths are in canonical members. */
export interface Fitting {
  readonly traits: ModelTraits;
  readonly words: DialectWords;
  readonly lost: Lost;
  emulated(path: string, how: string): void;
  /** A header of ours on the answer. */
  said(name: string, value: string): void;
  /** What must be undone in the answer. */
  undo(edit: AnswerEdit): void;
  /** How many calls are to be made of it, each for one of the alternatives. */
  asks(count: number): void;
  /** The tools that are offered now, by their former numbers; one that we added has none. */
  offers(former: readonly (number | undefined)[]): void;
}

/** One concern of fitting. The same request comes back if it has nothing to do. */
export type Fit = (request: ChatRequest, fitting: Fitting) => ChatRequest;

/** The same list comes back if nothing in it is different. */
export function mapped<T>(list: readonly T[], change: (one: T, number: number) => T): readonly T[] {
  const changed = list.map(change);
  return changed.every((one, number) => one === list[number]) ? list : changed;
}

/** The request without one of its members. */
export function without<Member extends keyof ChatRequest>(
  request: ChatRequest,
  member: Member,
): Omit<ChatRequest, Member> {
  const { [member]: _, ...rest } = request;
  return rest;
}
