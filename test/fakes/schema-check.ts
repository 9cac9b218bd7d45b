import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';

/** A plain reading of JSON Schema, written apart from the code that makes values: what is wrong with a value, if anything. */
export function schemaFaults(value: Json, schema: Json, at: Place = { root: schema, path: '$' }): readonly string[] {
  const { root, path } = at;
  if (schema === true) return [];
  if (!isJsonObject(schema)) return [`${path}: nothing is allowed`];
  const faults: string[] = [];
  const fault = (broken: boolean, what: string): void =>
    void (broken && faults.push(`${path}: ${what} (${JSON.stringify(value)})`));
  const passes = (other: Json): boolean => schemaFaults(value, other, at).length === 0;

  const { $ref, allOf, anyOf, oneOf, type } = schema;
  if (typeof $ref === 'string') faults.push(...schemaFaults(value, pointed($ref, root), at));
  if (Array.isArray(allOf)) for (const part of allOf) faults.push(...schemaFaults(value, part, at));
  fault(Array.isArray(anyOf) && !anyOf.some(passes), 'anyOf');
  fault(Array.isArray(oneOf) && !oneOf.some(passes), 'oneOf');
  fault('const' in schema && !same(value, schema['const']), 'const');
  fault(Array.isArray(schema['enum']) && !schema['enum'].some((each: Json) => same(value, each)), 'enum');
  fault(type !== undefined && ![type].flat().some((each) => isOfType(value, each)), `type ${JSON.stringify(type)}`);
  if (typeof value === 'string') stringFaults(value, schema, fault);
  if (typeof value === 'number') numberFaults(value, schema, fault);
  if (Array.isArray(value)) faults.push(...arrayFaults(value, schema, { root, path, fault }));
  if (isJsonObject(value)) faults.push(...objectFaults(value, schema, { root, path, fault }));
  return faults;
}

type Fault = (broken: boolean, what: string) => void;
interface Place {
  readonly root: Json;
  readonly path: string;
}
interface Within extends Place {
  readonly fault: Fault;
}

function stringFaults(value: string, schema: JsonObject, fault: Fault): void {
  const { length } = [...value];
  fault(length < number(schema['minLength'], 0), 'minLength');
  fault(length > number(schema['maxLength'], Number.POSITIVE_INFINITY), 'maxLength');
  if (typeof schema['pattern'] === 'string') fault(!new RegExp(schema['pattern'], 'u').test(value), 'pattern');
  const shape = typeof schema['format'] === 'string' ? shapes[schema['format']] : undefined;
  if (shape !== undefined) fault(!shape.test(value), 'format');
}

const shapes: Readonly<Record<string, RegExp>> = {
  'date-time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  time: /^\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/,
  email: /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
  uri: /^[a-z][a-z0-9+.-]*:\S+$/i,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  ipv4: /^(\d{1,3}\.){3}\d{1,3}$/,
};

function numberFaults(value: number, schema: JsonObject, fault: Fault): void {
  const { exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  fault(value < number(schema['minimum'], Number.NEGATIVE_INFINITY), 'minimum');
  fault(value > number(schema['maximum'], Number.POSITIVE_INFINITY), 'maximum');
  fault(typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum, 'exclusiveMinimum');
  fault(typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum, 'exclusiveMaximum');
  fault(exclusiveMinimum === true && value <= number(schema['minimum'], 0), 'exclusiveMinimum');
  fault(exclusiveMaximum === true && value >= number(schema['maximum'], 0), 'exclusiveMaximum');
  if (typeof multipleOf === 'number') {
    fault(Math.abs(value / multipleOf - Math.round(value / multipleOf)) > 1e-9, 'multipleOf');
  }
}

function arrayFaults(value: readonly Json[], schema: JsonObject, { root, path, fault }: Within): readonly string[] {
  fault(value.length < number(schema['minItems'], 0), 'minItems');
  fault(value.length > number(schema['maxItems'], Number.POSITIVE_INFINITY), 'maxItems');
  const spellings = new Set(value.map((item) => JSON.stringify(item)));
  fault(schema['uniqueItems'] === true && spellings.size < value.length, 'uniqueItems');
  const prefix = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : [];
  return value.flatMap((item, index) =>
    schemaFaults(item, prefix[index] ?? schema['items'] ?? true, { root, path: `${path}[${index}]` }),
  );
}

function objectFaults(value: JsonObject, schema: JsonObject, { root, path, fault }: Within): readonly string[] {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  for (const name of required)
    fault(typeof name === 'string' && !Object.hasOwn(value, name), `required ${String(name)}`);
  fault(Object.keys(value).length < number(schema['minProperties'], 0), 'minProperties');
  return Object.entries(value).flatMap(([name, member]) => {
    const own = Object.hasOwn(properties, name) ? properties[name] : schema['additionalProperties'];
    return schemaFaults(member, own ?? true, { root, path: `${path}.${name}` });
  });
}

function isOfType(value: Json, type: Json): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isJsonObject(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

function pointed(reference: string, root: Json): Json {
  let found: Json | undefined = root;
  for (const step of reference.split('/').slice(1)) found = isJsonObject(found) ? found[step] : undefined;
  if (found === undefined) throw new Error(`${reference} points nowhere`);
  return found;
}

function same(one: Json, other: Json | undefined): boolean {
  return Bun.deepEquals(one, other);
}

function number(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
