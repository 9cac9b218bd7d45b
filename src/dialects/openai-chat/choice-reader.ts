import type { ChatEvent } from '../../core/chat.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { type OpenObject, withoutNames } from '../members.ts';
import { at, type Reading } from '../place.ts';
import { type CallBook, callBook } from './call-book.ts';
import type { Beside } from './chunk-extras.ts';
import { deltaEvents } from './delta-reader.ts';
import { finishOf } from './finish.ts';
import { logprobs } from './logprobs.ts';

/** Follows one choice through the chunks of a stream. */
export interface ChoiceReader {
  read(wire: JsonObject, place: Reading): ChoiceReading;
  isFinished(): boolean;
}

/** What a choice of a chunk says, and what stands beside that. */
export interface ChoiceReading {
  readonly events: readonly ChatEvent[];
  readonly beside: Beside;
}

export function choiceReader(choice: number): ChoiceReader {
  const calls = callBook();
  let started = false;
  let finished = false;
  return {
    read(wire, place) {
      const { events, rest, delta } = content({ wire, choice, calls }, place);
      const says = events.length > 0;
      const isNamed = delta['role'] === 'assistant';
      const opens = !started && (says || isNamed);
      if (!opens && !says) return silent;
      started = true;
      finished ||= events.some(({ type }) => type === 'finish');
      const marks = {
        role: opens === isNamed ? undefined : unusualRole(isNamed),
        choiceIndex: wire['index'] === undefined ? 'absent' : undefined,
        delta: isJsonObject(wire['delta']) ? undefined : 'absent',
        finish: wire['finish_reason'] === undefined ? 'absent' : undefined,
      };
      const extras = { choice: rest, delta: isNamed ? withoutNames(delta, roleAlone) : delta };
      return { events: opens ? [{ type: 'message-start', choice }, ...events] : events, beside: { extras, marks } };
    },
    isFinished: () => finished,
  };
}

/** OpenAI names the role once, in the first chunk; others in none, or in each. */
function unusualRole(isNamed: boolean): string {
  return isNamed ? 'again' : 'absent';
}

const silent: ChoiceReading = { events: [], beside: { extras: {}, marks: {} } };
const roleAlone: ReadonlySet<string> = new Set(['role']);

interface Found {
  readonly wire: JsonObject;
  readonly choice: number;
  readonly calls: CallBook;
}

/** What a choice says, and what is left of it and of its delta without that. */
function content({ wire, choice, calls }: Found, place: Reading) {
  const { index, delta, finish_reason: word, logprobs: found } = wire;
  const isDelta = isJsonObject(delta);
  const { events, rest: deltaRest } = deltaEvents({ delta: isDelta ? delta : {}, choice, calls }, at(place, 'delta'));
  const rest: OpenObject = { ...withoutNames(wire, choiceMembers) };
  if (index !== undefined && !Number.isInteger(index)) rest['index'] = index;
  if (delta !== undefined && !isDelta) rest['delta'] = delta;
  if (found !== undefined && found !== null) {
    const probabilities = logprobs.read(found, place, 'logprobs')?.value;
    if (probabilities === undefined) rest['logprobs'] = found;
    else events.push({ type: 'logprobs', choice, logprobs: probabilities });
  } else if (found === null) rest['logprobs'] = null;
  if (typeof word === 'string' && word !== '') events.push({ type: 'finish', choice, finish: finishOf(word) });
  else if (word !== undefined && word !== null) rest['finish_reason'] = word;
  return { events, rest, delta: deltaRest };
}

const choiceMembers: ReadonlySet<string> = new Set(['index', 'delta', 'finish_reason', 'logprobs']);
