import type { Carried } from '../core/carried.ts';
import type { JsonObject } from '../core/json.ts';
import type { DialectName } from '../core/payload.ts';
import type { Field, Read } from './field.ts';
import { memberAt, overlay, withMember, without } from './members.ts';
import { at, mistyped, type Reading, type Writing } from './place.ts';

/**
 * How a canonical value is spelled as a JSON object, both directions in one table: each canonical member with its field.
 * What no field takes stays in the extras, nested as it was, and comes back from there.
 */
export interface Shape<T> {
  decode(wire: JsonObject, place: Reading): T & Carried;
  encode(value: T & Carried, place: Writing): JsonObject;
}

/** A field for each member; one that the value cannot do without must say what happens when the wire lacks it. */
export type Table<T> = {
  readonly [Member in keyof T]-?: Record<never, never> extends Pick<T, Member>
    ? Field<Exclude<T[Member], undefined>>
    : Field<T[Member]> & ({ readonly required: true } | { readonly otherwise: T[Member] });
};

/** Members that say the same in every value of this shape: `type: 'function'`. Carried if they say something else. */
export type Constants = { readonly [path: string]: string };

/** Makes the shapes of one dialect. */
export type Shapes = <T extends object>(table: Table<T>, constants?: Constants) => Shape<T>;

export function shapesOf(dialect: DialectName): Shapes {
  return <T extends object>(table: Table<T>, constants: Constants = {}): Shape<T> => {
    // The table's own type has checked each field against its member; from here on they are all alike.
    const fields = Object.entries(table) as [string, AnyField][];
    const plan: Plan = { dialect, fields, constants: Object.entries(constants), inside: containers(fields, constants) };
    return {
      // A field for each member, and those that must be there were there: what comes out is a T.
      decode: (wire, place) => decode(plan, wire, place) as T & Carried,
      encode: (value, place) => encode(plan, value, place),
    };
  };
}

/** Tells of what other dialects have words for and this one has not. */
export function reportForeign(dialect: DialectName, value: Carried, place: Writing): void {
  for (const [owner, members] of Object.entries(value.extras ?? {})) {
    if (owner === dialect) continue;
    for (const member of Object.keys(members)) place.lost({ path: at(place, member).path, why: 'unsupported' });
  }
}

type AnyField = Field<unknown> & { readonly required?: true; readonly otherwise?: unknown };

interface Plan {
  readonly dialect: DialectName;
  readonly fields: readonly [string, AnyField][];
  readonly constants: readonly [string, string][];
  /** The objects in which fields stand side by side with extras. */
  readonly inside: ReadonlySet<string>;
}

function containers(fields: readonly [string, AnyField][], constants: Constants): ReadonlySet<string> {
  const paths = [...fields.flatMap(([, field]) => [field.path, ...(field.aliases ?? [])]), ...Object.keys(constants)];
  return new Set(paths.flatMap((path) => path.split('.').map((_, end, steps) => steps.slice(0, end).join('.'))));
}

function decode(plan: Plan, wire: JsonObject, place: Reading): object {
  let left = wire;
  const members: [string, unknown][] = [];
  const marks: [string, string][] = [];
  for (const [path, word] of plan.constants) {
    const found = memberAt(left, path);
    if (found === word) left = without(left, path);
    if (found === undefined) marks.push([path, 'absent']);
  }
  for (const [member, field] of plan.fields) {
    const read = readField(field, left, place);
    if (read === undefined) continue;
    if (read.path !== undefined) left = without(left, read.path);
    members.push([member, read.value]);
    if (read.spelled !== undefined) marks.push([member, read.spelled]);
  }
  return {
    ...Object.fromEntries(members),
    ...(Object.keys(left).length > 0 && { extras: { [plan.dialect]: left } }),
    ...(marks.length > 0 && { spelling: { [plan.dialect]: Object.fromEntries(marks) } }),
  };
}

function readField(field: AnyField, wire: JsonObject, place: Reading): (Read<unknown> & { path?: string }) | undefined {
  for (const path of [field.path, ...(field.aliases ?? [])]) {
    const found = memberAt(wire, path);
    if (found === undefined || found === null) continue;
    const read = field.read(found, at(place, path), path);
    if (read === undefined) continue;
    const usual = field.pathFor?.(read.value) ?? field.path;
    return path === usual ? { ...read, path } : { ...read, path, spelled: path };
  }
  if (field.required === true) throw mistyped(at(place, field.path), field.expected, memberAt(wire, field.path));
  return field.otherwise === undefined ? undefined : { value: field.otherwise, spelled: 'absent' };
}

function encode(plan: Plan, value: Carried, place: Writing): JsonObject {
  const extras = value.extras?.[plan.dialect] ?? {};
  const marks = value.spelling?.[plan.dialect] ?? {};
  let out: JsonObject = {};
  for (const [path, word] of plan.constants) {
    if (marks[path] !== 'absent' && memberAt(extras, path) === undefined) out = withMember(out, path, word);
  }
  for (const [member, field] of plan.fields) {
    const one: unknown = Reflect.get(value, member);
    if (one === undefined) continue;
    const spelled = marks[member];
    if (spelled === 'absent' && one === field.otherwise) continue;
    // Losses are told in canonical members, wherever this dialect would have put them.
    const written = field.write(one, at(place, member), spelled);
    if (written !== undefined) out = withMember(out, placed(field, one, spelled), written);
  }
  reportForeign(plan.dialect, value, place);
  return overlay(out, extras, plan.inside);
}

function placed(field: AnyField, value: unknown, spelled: string | undefined): string {
  const known = spelled !== undefined && (spelled === field.path || field.aliases?.includes(spelled) === true);
  return known ? spelled : (field.pathFor?.(value) ?? field.path);
}
