import type { ChatEvent, Choice, Finish } from '../../core/chat.ts';
import type { Part } from '../../core/message.ts';
import type { AnswerEdit, EventEdit } from './answer-edit.ts';

/** Undoes the emulation in the answer: the call of that tool is the text that was asked for, and no reason to stop. */
export function forcedToolAnswer(name: string): AnswerEdit {
  return {
    whole: (response) => ({ ...response, choices: response.choices.map((choice) => answered(choice, name)) }),
    stream: () => answeredStream(name),
  };
}

function answered(choice: Choice, name: string): Choice {
  const { parts } = choice.message;
  const isAnswer = (part: Part): boolean => part.type === 'tool-call' && part.name === name;
  if (!parts.some(isAnswer)) return choice;
  const said = parts.map(
    (part): Part =>
      part.type === 'tool-call' && part.name === name ? { type: 'text', text: part.arguments || '{}' } : part,
  );
  const calls = said.some(({ type }) => type === 'tool-call' || type === 'custom-call');
  const { finish } = choice;
  return {
    ...choice,
    message: { ...choice.message, parts: said },
    ...(finish !== undefined && !calls && { finish: withoutCalls(finish) }),
  };
}

function withoutCalls(finish: Finish): Finish {
  return finish.reason === 'tool-calls' ? { reason: 'stop' } : finish;
}

/** What is known of the calls of one choice. */
interface Calls {
  /** A part that begins, and whose call has not told its name yet. */
  held: Extract<ChatEvent, { readonly type: 'part-start' }> | undefined;
  /** The number of the call that is the answer, and the part it stands in. */
  answer: { readonly call: number; readonly part: number | undefined; isEmpty: boolean } | undefined;
  /** How many calls that are none of ours. */
  others: number;
}

function answeredStream(name: string): EventEdit {
  const choices = new Map<number, Calls>();
  return (event) => {
    if (!('choice' in event) || event.choice === undefined) return [event];
    const calls = choices.get(event.choice) ?? { held: undefined, answer: undefined, others: 0 };
    choices.set(event.choice, calls);
    return step(event, calls, name);
  };
}

function step(event: ChatEvent, calls: Calls, name: string): readonly ChatEvent[] {
  if (event.type === 'part-start' && event.kind === 'tool-call') {
    calls.held = event;
    return [];
  }
  const held = calls.held === undefined ? [] : [calls.held];
  calls.held = undefined;
  switch (event.type) {
    case 'tool-call-start':
      if (event.name !== name || event.kind !== 'function') {
        calls.others += 1;
        return [...held, event];
      }
      calls.answer = { call: event.call, part: event.part, isEmpty: true };
      return held.map((start) => ({ ...start, kind: 'text' }));
    case 'tool-call-delta':
      return [...held, ...(event.call === calls.answer?.call ? asText(event, calls.answer) : [event])];
    case 'part-end':
      return [...held, ...(event.part === calls.answer?.part ? emptyAnswer(event, calls) : []), event];
    case 'finish':
      return [
        ...held,
        ...(calls.answer?.part === undefined ? emptyAnswer(event, calls) : []),
        calls.answer === undefined || calls.others > 0 ? event : { ...event, finish: withoutCalls(event.finish) },
      ];
    default:
      return held.length === 0 ? [event] : [...held, event];
  }
}

type CallDelta = Extract<ChatEvent, { readonly type: 'tool-call-delta' }>;

function asText({ text, choice, part, more }: CallDelta, answer: NonNullable<Calls['answer']>): readonly ChatEvent[] {
  if (text === '') return [];
  answer.isEmpty = false;
  return [
    { type: 'text-delta', choice, text, ...(part !== undefined && { part }), ...(more === true && { more: true }) },
  ];
}

/** A call without arguments is an empty object. */
function emptyAnswer({ choice }: { readonly choice: number }, { answer }: Calls): readonly ChatEvent[] {
  if (answer === undefined || !answer.isEmpty) return [];
  answer.isEmpty = false;
  return [{ type: 'text-delta', choice, text: '{}', ...(answer.part !== undefined && { part: answer.part }) }];
}
