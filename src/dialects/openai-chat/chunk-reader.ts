import type { ChatEvent, ResponseHead } from '../../core/chat.ts';
import type { Failure } from '../../core/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { moment, text } from '../field.ts';
import { at, mistyped, type Reading } from '../place.ts';
import { dialect, opaque, shape } from './carry.ts';
import { type ChoiceReader, choiceReader } from './choice-reader.ts';
import { withExtras, withMarks } from './chunk-extras.ts';
import { saidFailure } from './error-answer.ts';
import { reported } from './reported-usage.ts';

/** Turns the chunks of one stream into events. */
export interface ChunkReader {
  /** The events of a chunk; all but the last say that there is more of it. Throws if it is no chunk. */
  read(chunk: JsonObject): readonly ChatEvent[];
  /** Whether every choice that began has told why it ended. */
  isFinished(): boolean;
}

export function chunkReader(): ChunkReader {
  const choices = new Map<number, ChoiceReader>();
  let head: string | undefined;
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
      const now = headOf(chunk);
      const changed = JSON.stringify(now);
      const type = head === undefined ? 'response-start' : 'response-change';
      if (changed === head) return joined(events);
      head = changed;
      return joined([{ type, ...headShape.decode(now, top) }, ...events]);
    },
    isFinished: () => choices.size > 0 && [...choices.values()].every((one) => one.isFinished()),
  };
}

/** The provider's own words are kept beside the failure, but for those about our account, which are no caller's business. */
export function errorEvent(failure: Failure, wire: Json): ChatEvent {
  const isOurs = failure.kind === 'provider-credential-refused' || failure.kind === 'provider-quota-exhausted';
  return isOurs ? { type: 'error', failure } : { type: 'error', failure, raw: { dialect, wire } };
}

/** The members that are the same in every chunk of an answer. */
export const headMembers: readonly string[] = [
  'id',
  'object',
  'created',
  'model',
  'service_tier',
  'system_fingerprint',
  'provider',
];

export const headShape = shape<ResponseHead>(
  { id: text('id'), model: text('model'), createdAt: moment('created'), serviceTier: text('service_tier') },
  { object: 'chat.completion.chunk' },
);

const top: Reading = { path: '', of: 'answer' };

function headOf(chunk: JsonObject): JsonObject {
  return Object.fromEntries(
    headMembers.flatMap((name): [string, Json][] => {
      const found = Object.hasOwn(chunk, name) ? chunk[name] : undefined;
      return found === undefined ? [] : [[name, found]];
    }),
  );
}

/** What a chunk says beside its head; undefined if that is nothing that we have words for. */
function contentEvents(chunk: JsonObject, readerOf: (index: number) => ChoiceReader): readonly ChatEvent[] | undefined {
  const { choices = [], usage, error, ...rest } = chunk;
  if (!Array.isArray(choices)) throw mistyped(at(top, 'choices'), 'an array of objects', choices);
  const told = choices.map((one: Json, position) => ({ one, events: choiceEvents(one, position, readerOf) }));
  const failure = saidFailure(chunk);
  const after: readonly ChatEvent[] = [
    ...(isJsonObject(usage) ? [{ type: 'usage', usage: reported(usage) } as const] : []),
    ...(failure === undefined ? [] : [withMarks(errorEvent(failure, error ?? null), { stands: 'chunk' })]),
  ];
  if (after.length === 0 && told.every(({ events }) => events.length === 0)) return undefined;
  const events = [
    ...told.flatMap(({ one, events: own }, position): readonly ChatEvent[] =>
      own.length > 0 ? own : [{ ...opaque(one, 'choices'), choice: position }],
    ),
    ...after,
  ];
  const extras = {
    ...Object.fromEntries(Object.entries(rest).filter(([name]) => !headMembers.includes(name))),
    ...(usage !== undefined && !isJsonObject(usage) && { usage }),
    ...(error !== undefined && failure === undefined && { error }),
  };
  return events.map((event, index) =>
    index > 0
      ? event
      : withMarks(withExtras(event, 'chunk', extras), {
          choices: chunk['choices'] === undefined ? 'absent' : undefined,
        }),
  );
}

function choiceEvents(found: Json, position: number, readerOf: (index: number) => ChoiceReader): readonly ChatEvent[] {
  const place = at(at(top, 'choices'), position);
  if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
  const index = Number.isInteger(found['index']) ? Number(found['index']) : position;
  return readerOf(index).read(found, place);
}

function joined(events: readonly ChatEvent[]): readonly ChatEvent[] {
  return events.map((event, index) => (index < events.length - 1 ? { ...event, more: true } : event));
}
