import type { Carried } from '../../core/carried.ts';
import type { ChatEvent } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import { isJsonObject } from '../../core/json.ts';
import { dialect, extras } from './carry.ts';

/**
 * Where in a chunk the extras of an event stood: the server-sent event around it, the chunk, the choice, its delta, or an item
 * in a list of the delta. What is common to several events of a chunk stands on the first of them.
 */
export type Level = 'frame' | 'chunk' | 'choice' | 'delta' | 'item';

/** What an event carries beside what it says. */
export interface Beside {
  readonly extras: { readonly [Name in Level]?: JsonObject };
  /** Notes of unusual spellings; undefined ones are usual. */
  readonly marks: Readonly<Record<string, string | undefined>>;
}

/** The extras of an event at a level; empty if there are none. */
export function extrasAt({ extras: all }: Carried, level: Level): JsonObject {
  const found = all?.[dialect]?.[level];
  return isJsonObject(found) ? found : nothing;
}

const nothing: JsonObject = {};

/** The same event with what stands beside it. */
export function carrying(event: ChatEvent, beside: Beside): ChatEvent {
  return withMarks(withAllExtras(event, beside.extras), beside.marks);
}

/** The same event with extras at a level. */
export function withExtras(event: ChatEvent, level: Level, members: JsonObject): ChatEvent {
  return withAllExtras(event, { [level]: members });
}

function withAllExtras(event: ChatEvent, levels: Beside['extras']): ChatEvent {
  const own = Object.entries(levels).filter(([, members]) => Object.keys(members).length > 0);
  if (own.length === 0) return event;
  return { ...event, extras: { ...event.extras, [dialect]: { ...extras(event), ...Object.fromEntries(own) } } };
}

/** The same event with notes of unusual spellings; undefined ones are usual. */
export function withMarks(event: ChatEvent, marks: Beside['marks']): ChatEvent {
  const words: { [member: string]: string } = {};
  let isUsual = true;
  for (const member in marks) {
    const word = marks[member];
    if (word === undefined) continue;
    words[member] = word;
    isUsual = false;
  }
  if (isUsual) return event;
  return { ...event, spelling: { ...event.spelling, [dialect]: { ...event.spelling?.[dialect], ...words } } };
}

/** What a part carries, as the extras of an event's item. */
export function itemExtras(part: Carried): Carried {
  const flat = extras(part);
  return {
    ...(Object.keys(flat).length > 0 && { extras: { [dialect]: { item: flat } } }),
    ...(part.spelling !== undefined && { spelling: part.spelling }),
  };
}

/** The other way round: an event's item as a part would carry it. */
export function partExtras(event: Carried): Carried {
  const flat = extrasAt(event, 'item');
  return {
    ...(Object.keys(flat).length > 0 && { extras: { [dialect]: flat } }),
    ...(event.spelling !== undefined && { spelling: event.spelling }),
  };
}
