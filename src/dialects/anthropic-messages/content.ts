import type { Json } from '../../core/json.ts';
import type { Part } from '../../core/message.ts';
import { type Element, type Field, list, type Read } from '../field.ts';
import { at, mistyped, type Reading } from '../place.ts';

/** A string, or a list of blocks. A single plain text is a string unless it came as a list, which is noted. */
export function readContent(
  found: Json | undefined,
  place: Reading,
  read: Element<Part>['read'],
): Read<readonly Part[]> {
  if (typeof found === 'string') return { value: [read({ type: 'text', text: found }, place, 0)] };
  if (!Array.isArray(found)) throw mistyped(place, expected, found);
  const value = found.map((one: Json, index) => read(one, at(place, index), index));
  return value.length === 0 || plainText(value) !== undefined ? { value, spelled: 'list' } : { value };
}

/** The text of parts that are no more than one text. */
export function plainText(parts: readonly Part[]): string | undefined {
  const [only] = parts;
  if (parts.length !== 1 || only?.type !== 'text') return undefined;
  const isPlain = Object.keys(only).every((name) => name === 'type' || name === 'text' || name === 'spelling');
  return isPlain ? only.text : undefined;
}

/** A content as a member beside others. */
export function contentAt(path: string, block: Element<Part>): Field<readonly Part[]> {
  const blocks = list(path, block);
  return {
    path,
    expected,
    read: (found, place) => readContent(found, place, block.read),
    write(value, place, spelled) {
      if (spelled === 'list') return blocks.write(value, place, undefined);
      return value.length === 0 ? undefined : (plainText(value) ?? blocks.write(value, place, undefined));
    },
  };
}

const expected = 'one of a string or array of objects';
