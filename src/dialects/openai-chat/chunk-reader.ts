import type { ChatEvent, ResponseHead } from '../../core/chat.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { errorEvent, inOneFrame } from '../answer-events.ts';
import { saidFailure } from '../error-answer.ts';
import { always, filled, moment, text } from '../field.ts';
import { restsMark } from '../foreign.ts';
import { memberAt, type OpenObject, spot, withoutAll, withoutNames } from '../members.ts';
import { at, mistyped, type Reading } from '../place.ts';
import { dialect, opaque, shape } from './carry.ts';
import { type ChoiceReader, choiceReader } from './choice-reader.ts';
import { type Beside, carrying, withMarks } from './chunk-extras.ts';
import { chunkLabels, headLabels } from './labels.ts';
import { reported } from './reported-usage.ts';
import { usagePaths, usualUsagePath } from './usage.ts';

/** Turns the chunks of one stream into events. */
export interface ChunkReader {
  /** The events of a chunk; all but the last say that there is more of it. Throws if it is no chunk. */
  read(chunk: JsonObject): readonly ChatEvent[];
  /** Whether every choice that began has told why it ended. */
  isFinished(): boolean;
}

export function chunkReader(): ChunkReader {
  const choices = new Map<number, ChoiceReader>();
  let head: JsonObject | undefined;
  const readerOf = (index: number): ChoiceReader => {
    const reader = choices.get(index) ?? choiceReader(index);
    choices.set(index, reader);
    return reader;
  };
  return {
    read(chunk) {
      const events = contentEvents(chunk, readerOf);
      // Azure's first chunk has neither an answer nor a name, only its judgement of the prompt.
      if (events === undefined) return [opaque(chunk)];
      if (head !== undefined && isSameHead(chunk, head)) return inOneFrame(events);
      const type = head === undefined ? 'response-start' : 'response-change';
      head = headOf(chunk);
      return inOneFrame([{ type, ...headShape.decode(head, top) }, ...events]);
    },
    isFinished: () => choices.size > 0 && [...choices.values()].every((one) => one.isFinished()),
  };
}

/** The members that are the same in every chunk of an answer. */
const headMembers: readonly string[] = [
  'id',
  'object',
  'created',
  'model',
  'service_tier',
  'system_fingerprint',
  'provider',
];

export const headShape = shape<ResponseHead>(
  {
    id: always(text('id'), ''),
    model: always(text('model'), ''),
    // Clients expect a moment; who made the answer may have told none.
    createdAt: always(moment('created'), 0),
    serviceTier: filled(text('service_tier')),
  },
  { object: 'chat.completion.chunk' },
  headLabels,
);

const top: Reading = { path: '', of: 'answer' };

function headOf(chunk: JsonObject): JsonObject {
  const head: OpenObject = {};
  for (const name of headMembers) {
    const found = chunk[name];
    if (found !== undefined) head[name] = found;
  }
  return head;
}

function isSameHead(chunk: JsonObject, head: JsonObject): boolean {
  return headMembers.every((name) => {
    const now = chunk[name];
    const before = head[name];
    return now === before || (typeof now === 'object' && JSON.stringify(now) === JSON.stringify(before));
  });
}

/** What a chunk says beside its head; undefined if that is nothing that we have words for. */
function contentEvents(chunk: JsonObject, readerOf: (index: number) => ChoiceReader): readonly ChatEvent[] | undefined {
  const { choices = [], error } = chunk;
  if (!Array.isArray(choices)) throw mistyped(at(top, 'choices'), 'an array of objects', choices);
  const told = choices.map((one: Json, position) => choiceEvents(one, position, readerOf));
  const failure = saidFailure(chunk);
  const usage = usagePaths(chunk);
  const after: readonly ChatEvent[] = [
    ...consumption(chunk, usage),
    ...(failure === undefined
      ? []
      : [withMarks(errorEvent(failure, { dialect, wire: error ?? null }), { stands: 'chunk' })]),
  ];
  if (after.length === 0 && told.every((events) => events.length === 0)) return undefined;
  const events = told.flatMap((own, position): readonly ChatEvent[] =>
    own.length > 0 ? own : [{ ...opaque(choices[position] ?? null, 'choices'), choice: position }],
  );
  const [first, ...others] = [...events, ...after];
  if (first === undefined) return undefined;
  return [carrying(first, besideIn(chunk, failure === undefined ? usage : [...usage, 'error'])), ...others];
}

function consumption(chunk: JsonObject, paths: readonly string[]): readonly ChatEvent[] {
  const usage = memberAt(chunk, paths[0] ?? usualUsagePath);
  if (!isJsonObject(usage)) return [];
  const stands = paths.join('+');
  return [
    withMarks({ type: 'usage', usage: reported(usage) }, { stands: stands === usualUsagePath ? undefined : stands }),
  ];
}

/** What stands in a chunk beside what it says at some other paths. */
function besideIn(chunk: JsonObject, said: readonly string[]): Beside {
  const labels = chunkLabels.read(chunk);
  const taken = [...labels, ...said.map(spot)].map(({ steps }) => steps);
  const rest = withoutNames(chunk, chunkMembers);
  const left = taken.length === 0 ? rest : withoutAll(rest, taken);
  return {
    extras: { chunk: left },
    marks: {
      [restsMark]: isJsonObject(left['x_groq']) ? 'x_groq' : undefined,
      ...Object.fromEntries(labels.map(({ path, note }) => [path, note])),
      choices: chunk['choices'] === undefined ? 'absent' : undefined,
    },
  };
}

const chunkMembers: ReadonlySet<string> = new Set([...headMembers, 'choices']);

function choiceEvents(found: Json, position: number, readerOf: (index: number) => ChoiceReader): readonly ChatEvent[] {
  const place = at(choicesPlace, position);
  if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
  const index = Number.isInteger(found['index']) ? Number(found['index']) : position;
  const { events, beside } = readerOf(index).read(found, place);
  const [first, ...others] = events;
  return first === undefined ? [] : [carrying(first, beside), ...others];
}

const choicesPlace = at(top, 'choices');
