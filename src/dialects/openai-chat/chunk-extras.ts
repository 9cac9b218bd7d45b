import type { Carried } from '../../core/carried.ts';
import type { ChatEvent } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import { isJsonObject } from '../../core/json.ts';
import { memberAt } from '../members.ts';
import { dialect, extras, marked } from './carry.ts';

/**
 * Where in a chunk the extras of an event stood: the server-sent event around it, the chunk, the choice, its delta, or an item
 * in a list of the delta. What is common to several events of a chunk stands on the first of them.
 */
export type Level = 'frame' | 'chunk' | 'choice' | 'delta' | 'item';

/** The extras of an event at a level; empty if there are none. */
export function extrasAt(event: Carried, level: Level): JsonObject {
  const found = memberAt(extras(event), level);
  return isJsonObject(found) ? found : {};
}

/** The same event with extras at a level. */
export function withExtras(event: ChatEvent, level: Level, members: JsonObject): ChatEvent {
  if (Object.keys(members).length === 0) return event;
  return { ...event, extras: { ...event.extras, [dialect]: { ...extras(event), [level]: members } } };
}

/** The same event with notes of unusual spellings; undefined ones are usual. */
export function withMarks(event: ChatEvent, marks: Readonly<Record<string, string | undefined>>): ChatEvent {
  return Object.entries(marks).reduce((one, [member, word]) => marked(one, member, word), event);
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
