import type { Carried } from '../core/carried.ts';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import type { DialectName } from '../core/payload.ts';
import { type Field, plainly, type Read } from './field.ts';
import { reportForeign, restsMark } from './foreign.ts';
import { type Labels, labelsAt } from './labels.ts';
import { memberAt, memberUnder, type OpenObject, overlay, type Spot, setMember, spot, withoutAll } from './members.ts';
import { at, mistyped, type Reading, type Writing } from './place.ts';

/**
 * How a canonical value is spelled as a JSON object, both directions in one table: each canonical member with its field.
 * What no field takes stays in the extras, nested as it was, and comes back from there.
 */
export interface Shape<T> {
  decode(wire: JsonObject, place: Reading): T & Carried;
  encode(value: T & Carried, place: Writing): JsonObject;
  /**
   * Where a canonical member of this value stands in its wire form, as a dotted path. Undefined if it is none of these, or if
   * the value has it not and carries an extra of that name instead.
   */
  where(value: T & Carried, member: string): string | undefined;
}

/** A field for each member; one that the value cannot do without must say what happens when the wire lacks it. */
export type Table<T> = {
  readonly [Member in keyof T]-?: Record<never, never> extends Pick<T, Member>
    ? Field<Exclude<T[Member], undefined>>
    : Field<T[Member]> & ({ readonly required: true } | { readonly otherwise: T[Member] });
};

/** Members that say the same in every value of this shape: `type: 'function'`. Carried if they say something else. */
export type Constants = { readonly [path: string]: string };

/** Makes the shapes of one dialect. `labels` are dotted paths of members that only number or name (`labels.ts`). */
export type Shapes = <T extends object>(table: Table<T>, constants?: Constants, labels?: readonly string[]) => Shape<T>;

export function shapesOf(dialect: DialectName): Shapes {
  return <T extends object>(table: Table<T>, constants: Constants = {}, labels: readonly string[] = []): Shape<T> => {
    const plan = planned(dialect, table, { constants, labels: labelsAt(labels) });
    return {
      // A field for each member, and those that must be there were there: what comes out is a T.
      decode: (wire, place) => decode(plan, wire, place) as T & Carried,
      encode: (value, place) => encode(plan, value as Members & Carried, place),
      where: (value, member) => where(plan, value as Members & Carried, member),
    };
  };
}

/** A canonical value, of which the table knows the members. */
type Members = { readonly [member: string]: unknown };
type AnyField = Field<unknown> & {
  readonly required?: true;
  readonly otherwise?: unknown;
  readonly always?: Json;
};

interface Plan {
  readonly dialect: DialectName;
  readonly entries: readonly Entry[];
  readonly constants: readonly (Spot & { readonly word: string })[];
  readonly labels: Labels;
  /** The objects in which fields stand side by side with extras. */
  readonly inside: ReadonlySet<string>;
  /** The same but for the outermost. */
  readonly containers: readonly Spot[];
}

interface Entry {
  readonly member: string;
  readonly field: AnyField;
  /** Where it stands as a rule. */
  readonly usual: Spot;
  /** Wherever it may stand, the usual place first. */
  readonly spots: readonly Spot[];
}

interface Others {
  readonly constants: Constants;
  readonly labels: Labels;
}

function planned(dialect: DialectName, table: object, { constants, labels }: Others): Plan {
  // The table's own type has checked each field against its member; from here on they are all alike.
  const fields = Object.entries(table) as [string, AnyField][];
  const entries = fields.map(([member, field]): Entry => {
    const usual = spot(field.path);
    return { member, field, usual, spots: [usual, ...(field.aliases ?? []).map(spot)] };
  });
  const fixed = Object.entries(constants).map(([path, word]) => ({ ...spot(path), word }));
  const steps = [...entries.flatMap(({ spots }) => spots), ...fixed, ...labels.spots].map((one) => one.steps);
  const inside = new Set(steps.flatMap((one) => one.map((_, end) => one.slice(0, end).join('.'))));
  const containers = [...inside].filter((path) => path !== '').map(spot);
  return { dialect, entries, constants: fixed, labels, inside, containers };
}

function decode(plan: Plan, wire: JsonObject, place: Reading): object {
  const value: { [member: string]: unknown } = {};
  const taken: (readonly string[])[] = [];
  const marks: [string, string][] = [];
  for (const { path, steps, word } of plan.constants) {
    const found = memberUnder(wire, steps);
    if (found === word) taken.push(steps);
    else if (found === undefined) marks.push([path, 'absent']);
  }
  for (const entry of plan.entries) {
    const read = readEntry(entry, wire, place);
    if (read === undefined) {
      if (isLacking(entry, wire)) marks.push([entry.member, 'absent']);
      continue;
    }
    value[entry.member] = read.value;
    if (read.spot !== undefined) taken.push(read.spot.steps);
    if (read.spelled !== undefined) marks.push([entry.member, read.spelled]);
  }
  for (const { path, steps, note } of plan.labels.read(wire)) {
    taken.push(steps);
    marks.push([path, note]);
  }
  const left = withoutAll(wire, taken);
  if (Object.keys(left).length > 0) {
    value['extras'] = { [plan.dialect]: left };
    const rests = plan.containers.filter(({ steps }) => isJsonObject(memberUnder(left, steps)));
    if (rests.length > 0) marks.push([restsMark, rests.map(({ path }) => path).join(' ')]);
  }
  if (marks.length > 0) value['spelling'] = { [plan.dialect]: Object.fromEntries(marks) };
  return value;
}

/** A member, with where it stood and how it was spelled. */
function readEntry(entry: Entry, wire: JsonObject, place: Reading): FoundRead | undefined {
  const { field } = entry;
  for (const spot of entry.spots) {
    const found = memberUnder(wire, spot.steps);
    if (found === undefined || found === null) continue;
    const read = field.read(found, at(place, spot.path), spot.path);
    if (read !== undefined) return { value: read.value, spot, spelled: spelledAt(spot, field, read) };
  }
  if (field.required === true) throw mistyped(at(place, field.path), field.expected, memberAt(wire, field.path));
  return field.otherwise === undefined ? undefined : { value: field.otherwise, spot: undefined, spelled: 'absent' };
}

interface FoundRead {
  readonly value: unknown;
  readonly spot: Spot | undefined;
  readonly spelled: string | undefined;
}

function spelledAt({ path }: Spot, field: AnyField, { value, spelled }: Read<unknown>): string | undefined {
  return path === (field.pathFor?.(value) ?? field.path) ? spelled : path;
}

/** Whether the wire lacks what we would always write. */
function isLacking({ field, usual }: Entry, wire: JsonObject): boolean {
  return field.always !== undefined && memberUnder(wire, usual.steps) === undefined;
}

function encode(plan: Plan, value: Members & Carried, place: Writing): JsonObject {
  const extras = value.extras?.[plan.dialect];
  const marks = value.spelling?.[plan.dialect];
  const made: OpenObject = {};
  const isOurs = (steps: readonly string[], mark: string | undefined): boolean =>
    mark !== 'absent' && (extras === undefined || memberUnder(extras, steps) === undefined);
  for (const { path, steps, word } of plan.constants) {
    if (isOurs(steps, marks?.[path])) setMember(made, steps, word);
  }
  for (const entry of plan.entries) {
    const { member, field, usual } = entry;
    const one = value[member];
    const mark = marks?.[member];
    if (one === undefined) {
      if (field.always !== undefined && isOurs(usual.steps, mark)) setMember(made, usual.steps, field.always);
      continue;
    }
    if (mark === 'absent' && one === field.otherwise) continue;
    // Losses are told in canonical members, wherever this dialect would have put them. A plain value needs no place.
    const written =
      mark === undefined && field.write === plainly ? (one as Json) : field.write(one, at(place, member), mark);
    if (written !== undefined) setMember(made, spotFor(entry, one, mark).steps, written);
  }
  if (marks !== undefined) plan.labels.write(made, (path) => marks[path]);
  reportForeign(plan.dialect, value, place);
  return extras === undefined ? made : overlay(made, extras, plan.inside);
}

function where({ entries, dialect }: Plan, value: Members & Carried, member: string): string | undefined {
  const isExtra = value[member] === undefined && Object.hasOwn(value.extras?.[dialect] ?? {}, member);
  const entry = isExtra ? undefined : entries.find((one) => one.member === member);
  return entry && spotFor(entry, value[member], value.spelling?.[dialect]?.[member]).path;
}

/** Where a value goes: where it stood when it was read, if that is noted, else where such values belong. */
function spotFor({ field, spots, usual }: Entry, value: unknown, mark: string | undefined): Spot {
  if (spots.length === 1) return usual;
  const path = field.pathFor === undefined || value === undefined ? field.path : field.pathFor(value);
  return spots.find((one) => one.path === mark) ?? spots.find((one) => one.path === path) ?? usual;
}
