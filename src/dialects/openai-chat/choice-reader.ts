import type { ChatEvent } from '../../core/chat.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { without } from '../members.ts';
import { at, type Reading } from '../place.ts';
import { type CallBook, callBook } from './call-book.ts';
import { withExtras, withMarks } from './chunk-extras.ts';
import { deltaEvents } from './delta-reader.ts';
import { finishOf } from './finish.ts';
import { logprobs } from './logprobs.ts';

/** Follows one choice through the chunks of a stream. */
export interface ChoiceReader {
  read(wire: JsonObject, place: Reading): readonly ChatEvent[];
  isFinished(): boolean;
}

export function choiceReader(choice: number): ChoiceReader {
  const calls = callBook();
  let started = false;
  let finished = false;
  return {
    read(wire, place) {
      const { events, rest, delta } = content({ wire, choice, calls }, place);
      const opens = !started && (events.length > 0 || delta['role'] === 'assistant');
      const all = opens ? [{ type: 'message-start', choice } as const, ...events] : events;
      const [first, ...others] = all;
      if (first === undefined) return [];
      started = true;
      finished ||= events.some(({ type }) => type === 'finish');
      const taken = opens && delta['role'] === 'assistant';
      const named = withExtras(withExtras(first, 'choice', rest), 'delta', taken ? without(delta, 'role') : delta);
      const marks = {
        role: opens && !taken ? 'absent' : undefined,
        choiceIndex: wire['index'] === undefined ? 'absent' : undefined,
        delta: isJsonObject(wire['delta']) ? undefined : 'absent',
        finish: wire['finish_reason'] === undefined ? 'absent' : undefined,
      };
      return [withMarks(named, marks), ...others];
    },
    isFinished: () => finished,
  };
}

interface Found {
  readonly wire: JsonObject;
  readonly choice: number;
  readonly calls: CallBook;
}

/** What a choice says, and what is left of it and of its delta without that. */
function content({ wire, choice, calls }: Found, place: Reading) {
  const { index, delta, finish_reason: word, ...rest } = wire;
  const said = deltaEvents({ delta: isJsonObject(delta) ? delta : {}, choice, calls }, at(place, 'delta'));
  const found = rest['logprobs'];
  const probabilities =
    found === undefined || found === null ? undefined : logprobs.read(found, place, 'logprobs')?.value;
  const events: readonly ChatEvent[] = [
    ...said.events,
    ...(probabilities === undefined ? [] : [{ type: 'logprobs', choice, logprobs: probabilities } as const]),
    ...(typeof word === 'string' ? [{ type: 'finish', choice, finish: finishOf(word) } as const] : []),
  ];
  const left: JsonObject = {
    ...(probabilities === undefined ? rest : without(rest, 'logprobs')),
    ...(index !== undefined && !Number.isInteger(index) && { index }),
    ...(delta !== undefined && !isJsonObject(delta) && { delta }),
    ...(word !== undefined && word !== null && typeof word !== 'string' && { finish_reason: word }),
  };
  return { events, rest: left, delta: said.rest };
}
