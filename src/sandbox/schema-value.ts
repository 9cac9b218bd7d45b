import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import { type Draw, pick } from './chance.ts';
import { type Making, unmakeable } from './making.ts';
import { numberValue } from './number-value.ts';
import { type Point, type Resolve, settled } from './schema.ts';
import { stringValue } from './string-value.ts';

/** Below this depth only what a schema requires is made, so that schemas that contain themselves come to an end. */
const generousDepth = 4;
const deepest = 48;
const mostNodes = 20_000;
const generousNodes = 500;

/**
 * A value that satisfies a JSON schema: all it requires and, near the top, what it allows by name. Throws
 * `Failure('request-invalid')` naming the place for a schema that nothing satisfies or that uses what is not understood.
 */
export function schemaValue(schema: Json, making: Making): Json {
  let nodes = 0;
  const point: Point = { schema, path: making.path, depth: 0 };
  const spend = (at: Point): void => {
    nodes += 1;
    if (nodes > mostNodes || at.depth > deepest)
      throw unmakeable(at, 'it demands a value that is too large or has no end');
  };
  const make = (at: Point): Json => {
    spend(at);
    return plainValue(at);
  };
  const generous = (at: Point): boolean => at.depth < generousDepth && nodes < generousNodes;
  const resolve: Resolve = { root: schema, generous, spend, attempt: make };

  const plainValue = (at: Point): Json => {
    const branch = settled(at, resolve);
    if (branch.made !== undefined) return branch.made.value;
    const plain = branch.schema;
    const fixed = fixedValue(plain, at, making.draw);
    if (fixed !== undefined) return fixed;
    switch (typeOf(plain)) {
      case 'null':
        return null;
      case 'boolean':
        return making.draw() < 0.5;
      case 'integer':
      case 'number':
        return numberValue(plain, { ...making, path: at.path });
      case 'string':
        return stringValue(plain, { ...making, path: at.path });
      case 'array':
        return arrayValue(plain, at, { make, generous });
      case 'object':
        return objectValue(plain, at, { make, generous });
      default:
        throw unmakeable(at, `no type is left of ${JSON.stringify(plain['type'])}`);
    }
  };
  return make(point);
}

interface Maker {
  readonly make: (at: Point) => Json;
  readonly generous: (at: Point) => boolean;
}

function fixedValue(schema: JsonObject, at: Point, draw: Draw): Json | undefined {
  const constant = schema['const'];
  if (constant !== undefined) return constant;
  const choices = schema['enum'];
  if (!Array.isArray(choices)) return undefined;
  const fitting = choices.filter((choice: Json) => isOfType(choice, schema['type']));
  const value = pick<Json>(fitting, draw);
  if (value === undefined) throw unmakeable(at, "no value of 'enum' is of its type");
  return value;
}

function isOfType(value: Json, type: Json | undefined): boolean {
  if (type === undefined) return true;
  const types: readonly Json[] = Array.isArray(type) ? type : [type];
  return types.some((each) => {
    if (each === 'null') return value === null;
    if (each === 'array') return Array.isArray(value);
    if (each === 'object') return isJsonObject(value);
    if (each === 'integer') return Number.isInteger(value);
    return typeof value === each;
  });
}

const hints: readonly (readonly [type: string, members: readonly string[]])[] = [
  ['object', ['properties', 'required', 'additionalProperties', 'minProperties', 'patternProperties']],
  ['array', ['items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems']],
  ['number', ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']],
];

function typeOf(schema: JsonObject): Json {
  const type = schema['type'];
  if (Array.isArray(type)) return type.find((each: Json) => each !== 'null') ?? type[0] ?? 'nothing';
  if (type !== undefined) return type;
  return hints.find(([, members]) => members.some((member) => member in schema))?.[0] ?? 'string';
}

function arrayValue(schema: JsonObject, at: Point, maker: Maker): Json {
  const prefix = listOf(schema['prefixItems'] ?? (Array.isArray(schema['items']) ? schema['items'] : undefined));
  const rest = Array.isArray(schema['items']) ? schema['additionalItems'] : schema['items'];
  const least = countOf(schema['minItems'], 0);
  const most = countOf(schema['maxItems'], Number.POSITIVE_INFINITY);
  if (least > most || least > mostNodes) throw unmakeable(at, `it demands ${least} items`);
  const closed = rest === false;
  const wish = prefix.length > 0 ? prefix.length : closed ? 0 : 1;
  const count = Math.max(least, maker.generous(at) ? Math.min(wish, most) : 0);
  if (closed && count > prefix.length) throw unmakeable(at, `it allows ${prefix.length} items, but demands ${least}`);
  const made: Json[] = [];
  const spellings = new Set<string>();
  for (let tries = 0; made.length < count; tries += 1) {
    const index = made.length;
    const item = maker.make(inside(at, prefix[index] ?? rest ?? {}, `items[${index}]`));
    if (schema['uniqueItems'] === true) {
      const spelling = JSON.stringify(item);
      if (tries > count + 200) throw unmakeable(at, `it finds no ${count} items that differ`);
      if (spellings.has(spelling)) continue;
      spellings.add(spelling);
    }
    made.push(item);
  }
  return made;
}

function objectValue(schema: JsonObject, at: Point, maker: Maker): Json {
  const known = schema['properties'];
  const properties = isJsonObject(known) ? known : {};
  const required = listOf(schema['required']).filter((name) => typeof name === 'string');
  const rest = schema['additionalProperties'] ?? schema['unevaluatedProperties'] ?? {};
  const made: Record<string, Json> = Object.create(null);
  for (const name of new Set([...Object.keys(properties), ...required])) {
    const property = Object.hasOwn(properties, name) ? properties[name] : rest;
    const wanted = required.includes(name) || (maker.generous(at) && property !== false);
    if (wanted) made[name] = maker.make(inside(at, property ?? {}, `properties.${name}`));
  }
  const least = countOf(schema['minProperties'], 0);
  if (least > mostNodes) throw unmakeable(at, `it demands ${least} properties`);
  for (let index = 1; Object.keys(made).length < least; index += 1) {
    made[`property${index}`] = maker.make(inside(at, rest, 'additionalProperties'));
  }
  return { ...made };
}

function inside(at: Point, schema: Json, step: string): Point {
  return { schema, path: `${at.path}.${step}`, depth: at.depth + 1 };
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function countOf(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' && value >= 0 ? Math.ceil(value) : otherwise;
}
