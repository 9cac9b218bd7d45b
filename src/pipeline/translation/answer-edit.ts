import type { ChatEvent, ChatResponse } from '../../core/chat.ts';

/** A change to an answer that undoes, for the caller, what was done to its request. Applied where the answer comes in. */
export interface AnswerEdit {
  whole(response: ChatResponse): ChatResponse;
  /** A stepper for one streamed answer: an event in, none or more out. */
  stream(): EventEdit;
}

export type EventEdit = (event: ChatEvent) => readonly ChatEvent[];

/** All of them, one after the other. */
export function composed(edits: readonly AnswerEdit[]): AnswerEdit {
  return {
    whole: (response) => edits.reduce((edited, edit) => edit.whole(edited), response),
    stream() {
      const steps = edits.map((edit) => edit.stream());
      const [only] = steps;
      if (steps.length === 1 && only !== undefined) return only;
      return (event) => steps.reduce<readonly ChatEvent[]>((events, step) => events.flatMap(step), [event]);
    },
  };
}
