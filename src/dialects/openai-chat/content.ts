import { isJsonObject, type Json } from '../../core/json.ts';
import type { Part, RoleMessage, TextPart } from '../../core/message.ts';
import { type Field, list } from '../field.ts';
import { at, mistyped, type Writing } from '../place.ts';
import { isBare } from './carry.ts';
import { contentPart } from './parts.ts';

const parts = list('content', contentPart);

/** The `content` of a message: a string, or an array of parts. */
export const content: Field<readonly Part[]> = {
  path: 'content',
  expected: 'one of a string or array of objects',
  read(found, place, path) {
    if (typeof found === 'string') return { value: [{ type: 'text', text: found }] };
    if (!Array.isArray(found)) throw mistyped(place, content.expected, found);
    const read = parts.read(found, place, path);
    return read && { ...read, spelled: 'list' };
  },
  write: (value, place, spelled) => writeContent(placed(value, place), spelled),
};

/** A part of a message with its place in the canonical value, wherever on the wire it goes. */
export interface PlacedPart<P extends Part = Part> {
  readonly part: P;
  readonly place: Writing;
}

/** The parts of a list with their places. */
export function placed(value: readonly Part[], list: Writing): readonly PlacedPart[] {
  return value.map((part, index) => ({ part, place: at(list, index) }));
}

/** The parts of a message with theirs. */
export function placedIn({ parts }: RoleMessage, message: Writing): readonly PlacedPart[] {
  return placed(parts, at(message, 'parts'));
}

/**
 * A content with these parts: an array if it came as one, a string for nothing or a single plain text, else an array.
 * Undefined if none of the parts can be said.
 */
export function writeContent(value: readonly PlacedPart[], spelled: string | undefined): Json | undefined {
  if (value.length === 0) return spelled === 'list' ? [] : '';
  const written = value.flatMap(({ part, place }) => {
    const wire = contentPart.write(part, place);
    return wire === undefined ? [] : [{ wire, part }];
  });
  const [only, ...others] = written;
  if (only === undefined) return undefined;
  if (spelled !== 'list' && others.length === 0 && isPlainText(only.part)) return only.part.text;
  return written.map(({ wire }) => wire);
}

/** Whether a text is nothing but its words. */
export function isPlainText(part: Part): part is TextPart {
  return part.type === 'text' && part.cacheBreakpoint === undefined && isBare(part);
}

/** Whether a content has exactly one text, to which citations beside it must then belong. */
export function hasOneText(value: Json | undefined): boolean {
  if (!Array.isArray(value)) return typeof value === 'string';
  return value.filter((one) => isJsonObject(one) && one['type'] === 'text').length === 1;
}
