import type { Carried, Opaque } from '../core/carried.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { DialectName } from '../core/payload.ts';
import { at, type Writing } from './place.ts';

/** How one dialect carries along what only it knows. */
export interface Carrying {
  /** Something whole that only this dialect knows; `field` notes in which member it stood. */
  opaque(wire: Json, field?: string): Opaque;
  /** The wire form of something that may be another dialect's own; then it is lost. */
  unwrapped(whole: Opaque, place: Writing): Json | undefined;
  /** Which of its spellings this dialect used for a member, if not the usual one. */
  spelled(value: Carried, member: string): string | undefined;
  /** The same value with a note of which spelling was used. */
  marked<T extends Carried>(value: T, member: string, word: string | undefined): T;
  /** This dialect's extras of a value. */
  extras(value: Carried): JsonObject;
}

export function carryingOf(dialect: DialectName): Carrying {
  return {
    opaque: (wire, field) => ({
      type: 'opaque',
      dialect,
      wire,
      ...(field !== undefined && { spelling: { [dialect]: { field } } }),
    }),
    unwrapped(whole, place) {
      if (whole.dialect === dialect) return whole.wire;
      return unsayable(place, `only-${whole.dialect}`);
    },
    spelled: (value, member) => value.spelling?.[dialect]?.[member],
    marked(value, member, word) {
      if (word === undefined) return value;
      return { ...value, spelling: { ...value.spelling, [dialect]: { ...value.spelling?.[dialect], [member]: word } } };
    },
    extras: (value) => value.extras?.[dialect] ?? {},
  };
}

/** Tells of something whole that has no words where it is being written; so there is nothing to write. */
export function unsayable(place: Writing, why: string): undefined {
  place.lost({ path: place.path, why });
  return undefined;
}

/** Tells of members of a value that have no words where it is being written. */
export function reportUnsaid<T extends object>(value: T, members: readonly (keyof T & string)[], place: Writing): void {
  for (const member of members) {
    if (value[member] !== undefined) place.lost({ path: at(place, member).path, why: 'unsupported' });
  }
}
