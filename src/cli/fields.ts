import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import type { Procedure } from '../management/procedure.ts';
import { Mistake } from './flags.ts';

/** One field of a procedure's input, as a person writes it on a command line. */
export interface Field {
  /** `expires_at` */
  readonly name: string;
  /** `expires-at` */
  readonly flag: string;
  readonly takes: 'text' | 'moment' | 'number' | 'switch' | 'list' | 'json';
  /** The word `null` empties it. */
  readonly nullable: boolean;
  readonly required: boolean;
  /** What a value looks like: `TEXT`, `client|admin`. */
  readonly looks: string;
  readonly description?: string;
}

/** A procedure's fields: those in its path are words of their own, in the path's order; the others are flags. */
export interface Fields {
  readonly path: readonly Field[];
  readonly flags: readonly Field[];
}

export function fieldsOf({ path, input, csv }: Pick<Procedure, 'path' | 'input' | 'csv'>): Fields {
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  const fields = Object.entries(schema.properties ?? {}).map(([name, property]) =>
    fieldOf(name, isJsonObject(property) ? property : {}, schema.required?.includes(name) === true),
  );
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  return {
    path: inPath.flatMap((name) => fields.find((field) => field.name === name) ?? []),
    // A table is asked for with a flag that every list has.
    flags: fields.filter(({ name }) => !inPath.includes(name) && name !== csv),
  };
}

function fieldOf(name: string, property: JsonObject, required: boolean): Field {
  const kinds = kindsIn(property);
  const nullable = kinds.some(({ type }) => type === 'null') || listed(property['type']).includes('null');
  const shapes = kinds.filter(({ type }) => type !== 'null').map(shapeOf);
  const [only, ...more] = shapes;
  const { description } = property;
  return {
    name,
    flag: name.replaceAll('_', '-'),
    ...(only !== undefined && more.length === 0 ? only : several(shapes)),
    nullable,
    required,
    ...(typeof description === 'string' ? { description } : {}),
  };
}

function kindsIn(schema: JsonObject): readonly JsonObject[] {
  const { anyOf } = schema;
  return Array.isArray(anyOf) ? anyOf.filter(isJsonObject).flatMap(kindsIn) : [schema];
}

/** One of several: a list may still be written as one, and everything as JSON. */
function several(shapes: readonly Pick<Field, 'takes' | 'looks'>[]): Pick<Field, 'takes' | 'looks'> {
  const list = shapes.find(({ takes }) => takes === 'list');
  return list === undefined ? { takes: 'json', looks: 'JSON' } : { takes: 'list', looks: `${list.looks}|JSON` };
}

function shapeOf(schema: JsonObject): Pick<Field, 'takes' | 'looks'> {
  const [type] = listed(schema['type']).filter((one) => one !== 'null');
  if (Array.isArray(schema['enum'])) return { takes: 'text', looks: schema['enum'].join('|') };
  if (schema['format'] === 'date-time') return { takes: 'moment', looks: 'TIME' };
  if (type === 'string') return { takes: 'text', looks: 'TEXT' };
  if (type === 'integer' || type === 'number') return { takes: 'number', looks: 'NUMBER' };
  if (type === 'boolean') return { takes: 'switch', looks: 'true|false' };
  const items = schema['items'];
  if (type !== 'array' || !isJsonObject(items)) return { takes: 'json', looks: 'JSON' };
  const each = shapeOf(items);
  return each.takes === 'text' ? { takes: 'list', looks: `${each.looks},…` } : { takes: 'json', looks: 'JSON' };
}

function listed(type: unknown): readonly unknown[] {
  return Array.isArray(type) ? type : [type];
}

/** What was written for a field, as its procedure takes it. `now` is for moments that are counted from it. Throws a `Mistake`. */
export function fieldValue(field: Field, texts: readonly string[], now: number): JsonObject[string] {
  const [text = ''] = texts;
  if (field.nullable && text === 'null') return null;
  switch (field.takes) {
    case 'text':
      return text;
    case 'list':
      if (/^[[{]/.test(text)) return jsonIn(field, text);
      return texts.flatMap((each) => each.split(',')).filter((each) => each !== '');
    case 'moment':
      return momentIn(text, now);
    case 'number':
      if (/^-?\d{1,15}(\.\d+)?$/.test(text)) return Number(text);
      throw new Mistake(`--${field.flag} is ${JSON.stringify(text)}; write a number.`);
    case 'switch':
      if (text === 'true' || text === 'false') return text === 'true';
      throw new Mistake(`--${field.flag} is ${JSON.stringify(text)}; write true or false.`);
    case 'json':
      return jsonIn(field, text);
  }
}

const stretches: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `2027-01-31`, `+30d` from now, `-12h` ago; whatever else is the server's to judge. */
function momentIn(text: string, now: number): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return `${text}T00:00:00Z`;
  const [, sign, count, unit = ''] = /^([+-])(\d{1,5})([mhdw])$/.exec(text) ?? [];
  const stretch = stretches[unit];
  if (sign === undefined || stretch === undefined) return text;
  return new Date(now + (sign === '-' ? -1 : 1) * Number(count) * stretch).toISOString();
}

function jsonIn({ flag }: Field, text: string): JsonObject[string] {
  try {
    return JSON.parse(text);
  } catch {
    throw new Mistake(`--${flag} takes JSON, and what stands there is none.`);
  }
}
