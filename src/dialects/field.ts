import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import { doubleOf } from './exact-json.ts';
import { at, mistyped, type Reading, type Writing } from './place.ts';

/** How one canonical member is spelled. */
export interface Field<Value> {
  /** Where it stands, as a dotted path of members. */
  readonly path: string;
  /** Other places where it may stand; looked at in order when it is not at `path`. */
  readonly aliases?: readonly string[];
  /** Where a value belongs, if that depends on the value. */
  readonly pathFor?: (value: Value) => string;
  /** What should stand there, for complaints: `a string`. */
  readonly expected: string;
  /** Undefined: not for us, let it stay in the extras. Throws if it is plainly wrong. Never given null. */
  read(found: Json, place: Reading, path: string): Read<Value> | undefined;
  /** Undefined: there is nothing to write, or no way to say it, and the loss was told. */
  write(value: Value, place: Writing, spelled: string | undefined): Json | undefined;
}

export interface Read<Value> {
  readonly value: Value;
  /** Which of several spellings it was, if not the usual one. */
  readonly spelled?: string;
}

/** The wire must have it. */
export function required<Value>(field: Field<Value>): Field<Value> & { readonly required: true } {
  return { ...field, required: true };
}

/** A value that stands for its absence, so that the canonical member is always there. */
export function otherwise<Value>(field: Field<Value>, value: Value): Field<Value> & { readonly otherwise: Value } {
  return { ...field, otherwise: value };
}

/** What the wire must say for a value that lacks the member, unless that came from a wire that lacked it too. */
export function always<Value>(field: Field<Value>, wire: Json): Field<Value> & { readonly always: Json } {
  return { ...field, always: wire };
}

export function text(path: string, aliases: readonly string[] = []): Field<string> {
  return plain({ path, aliases, expected: 'a string', is: (found) => typeof found === 'string' });
}

/** A text that is not empty; an empty one says nothing and stays in the extras. */
export function filled(field: Field<string>): Field<string> {
  return { ...field, read: (found, place, path) => (found === '' ? undefined : field.read(found, place, path)) };
}

export function number(path: string): Field<number> {
  return plain({ path, aliases: [], expected: 'a number', is: (found) => typeof found === 'number' });
}

export function integer(path: string, aliases: readonly string[] = []): Field<number> {
  return plain({ path, aliases, expected: 'an integer', is: (found): found is number => Number.isInteger(found) });
}

export function flag(path: string): Field<boolean> {
  return plain({ path, aliases: [], expected: 'a boolean', is: (found) => typeof found === 'boolean' });
}

export function object(path: string): Field<JsonObject> {
  return plain({ path, aliases: [], expected: 'an object', is: isJsonObject });
}

export function texts(path: string): Field<readonly string[]> {
  const is = (found: Json): found is readonly string[] =>
    Array.isArray(found) && found.every((one) => typeof one === 'string');
  return plain({ path, aliases: [], expected: 'an array of strings', is });
}

/** Seconds on the wire, milliseconds in the value. A fraction stays in the extras, where it is exact. */
export function moment(path: string): Field<number> {
  return {
    path,
    expected: 'an integer',
    read: (found) => (Number.isInteger(found) ? { value: Number(found) * 1000 } : undefined),
    write: (value) => Math.floor(value / 1000),
  };
}

/** One element of a list, read and written. */
export interface Element<Value> {
  read(found: Json, place: Reading, position: number): Value;
  /** Undefined: there is no way to say it, and the loss was told. */
  write(value: Value, place: Writing): Json | undefined;
}

/** A list that is not empty; an empty one stays in the extras, and a list with nothing sayable is not written. */
export function elements<Value>(path: string, element: Element<Value>): Field<readonly Value[]> {
  const field = list(path, element);
  return {
    ...field,
    read: (found, place, where) =>
      Array.isArray(found) && found.length === 0 ? undefined : field.read(found, place, where),
    write: (values, place, spelled) => {
      const written = field.write(values, place, spelled);
      return Array.isArray(written) && written.length === 0 ? undefined : written;
    },
  };
}

/** A list, empty or not. */
export function list<Value>(path: string, element: Element<Value>): Field<readonly Value[]> {
  return {
    path,
    expected: 'an array of objects',
    read(found, place) {
      if (!Array.isArray(found)) throw mistyped(place, 'an array of objects', found);
      return { value: found.map((one: Json, index) => element.read(one, at(place, index), index)) };
    },
    write: (values, place) =>
      values.flatMap((one, index) => {
        const written = element.write(one, at(place, index));
        return written === undefined ? [] : [written];
      }),
  };
}

interface Plain<Value> {
  readonly path: string;
  readonly aliases: readonly string[];
  readonly expected: string;
  readonly is: (found: Json) => found is Value & Json;
}

/** A caller's wrong type is refused; a provider's is only carried, since nothing here hangs on it. */
function plain<Value extends Json>({ is, ...rest }: Plain<Value>): Field<Value> {
  return {
    ...rest,
    read(found, place) {
      if (is(found)) return { value: found };
      const near = doubleOf(found);
      if (near !== found && is(near)) return { value: near, spelled: JSON.stringify(found) };
      if (place.of === 'answer') return undefined;
      throw mistyped(place, rest.expected, found);
    },
    write: plainly,
  };
}

/** Writes a value as it is; a number in the very digits that it came in, if it is still that number. */
export function plainly(value: Json, _place: Writing, spelled: string | undefined): Json {
  return spelled !== undefined && typeof value === 'number' && Number(spelled) === value
    ? JSON.rawJSON(spelled)
    : value;
}
