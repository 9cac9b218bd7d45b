import { isJsonObject, type Json } from '../../core/json.ts';
import type { Part } from '../../core/message.ts';
import { type Field, list } from '../field.ts';
import { mistyped } from '../place.ts';
import { contentPart } from './parts.ts';

const parts = list('content', contentPart);

/** The `content` of a message: a string, or an array of parts. A single plain text is a string unless it came as an array. */
export const content: Field<readonly Part[]> = {
  path: 'content',
  expected: 'one of a string or array of objects',
  read(found, place, path) {
    if (typeof found === 'string') return { value: [{ type: 'text', text: found }] };
    if (!Array.isArray(found)) throw mistyped(place, content.expected, found);
    const read = parts.read(found, place, path);
    if (read === undefined) return undefined;
    return read.value.length === 0 || plainText(read.value) !== undefined ? { ...read, spelled: 'list' } : read;
  },
  write(value, place, spelled) {
    if (spelled === 'list') return parts.write(value, place, undefined);
    return value.length === 0 ? '' : (plainText(value) ?? parts.write(value, place, undefined));
  },
};

function plainText(value: readonly Part[]): string | undefined {
  const [only] = value;
  if (value.length !== 1 || only?.type !== 'text') return undefined;
  const { type: _, text, ...traits } = only;
  return Object.keys(traits).length === 0 ? text : undefined;
}

/** Whether a content has exactly one text, to which citations beside it must then belong. */
export function hasOneText(value: Json | undefined): boolean {
  if (!Array.isArray(value)) return typeof value === 'string';
  return value.filter((one) => isJsonObject(one) && one['type'] === 'text').length === 1;
}
