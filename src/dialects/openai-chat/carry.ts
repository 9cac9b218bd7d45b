import type { Carried, Opaque } from '../../core/carried.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { at, type Writing } from '../place.ts';
import { shapesOf } from '../shape.ts';

export const dialect = 'openai-chat';

/** Makes this dialect's shapes. */
export const shape = shapesOf(dialect);

/** Something whole that only this dialect knows. */
export function opaque(wire: Json, field?: string): Opaque {
  return { type: 'opaque', dialect, wire, ...(field !== undefined && { spelling: { [dialect]: { field } } }) };
}

/** The wire form of something that may be another dialect's own; then it is lost. */
export function unwrapped(whole: Opaque, place: Writing): Json | undefined {
  if (whole.dialect === dialect) return whole.wire;
  place.lost({ path: place.path, why: `only-${whole.dialect}` });
  return undefined;
}

/** Which of its spellings this dialect used for a member, if not the usual one. */
export function spelled(value: Carried, member: string): string | undefined {
  return value.spelling?.[dialect]?.[member];
}

/** The same value with a note of which spelling was used. */
export function marked<T extends Carried>(value: T, member: string, word: string | undefined): T {
  if (word === undefined) return value;
  return { ...value, spelling: { ...value.spelling, [dialect]: { ...value.spelling?.[dialect], [member]: word } } };
}

/** This dialect's extras of a value. */
export function extras(value: Carried): JsonObject {
  return value.extras?.[dialect] ?? {};
}

/** Tells of members of a value that have no words here. */
export function reportUnsaid<T extends object>(value: T, members: readonly (keyof T & string)[], place: Writing): void {
  for (const member of members) {
    if (value[member] !== undefined) place.lost({ path: at(place, member).path, why: 'unsupported' });
  }
}
