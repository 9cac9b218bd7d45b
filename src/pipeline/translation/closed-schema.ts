import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';

/** A schema that a vendor takes who holds its models to schemas, and what became different in it. */
export interface ClosedSchema {
  readonly schema: JsonObject;
  /**
   * `closed-schema`: objects that said nothing of other members have none now. `looser-schema`: limits that no grammar can
   * keep stand in descriptions, as Anthropic's own SDK puts them there, and `oneOf` is `anyOf`.
   */
  readonly how: readonly Change[];
}

type Change = 'closed-schema' | 'looser-schema';

/**
 * A schema in the few words of https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations;
 * undefined if what it means cannot be said in them: open objects, recursion, members by pattern.
 */
export function closedSchema(schema: JsonObject): ClosedSchema | undefined {
  if (isRecursive(schema)) return undefined;
  const how = new Set<Change>();
  const closed = withoutRest(schema, how);
  return closed && { schema: how.size === 0 ? schema : closed, how: [...how].sort() };
}

const limits = new Set([
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength'],
  ...['maxItems', 'uniqueItems', 'minProperties', 'maxProperties'],
]);

const unsayable = [
  ...['patternProperties', 'propertyNames', 'unevaluatedProperties', 'unevaluatedItems', 'prefixItems', 'contains'],
  ...['additionalItems', 'not', 'if', 'dependentRequired', 'dependentSchemas', 'dependencies'],
];

const formats = new Set([
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'],
]);

/** Of regular expressions only what is plain: no backreferences, no looking around, no word boundaries. */
const hardPattern = /\\[1-9bB]|\(\?[=!<]/;

function withoutRest(schema: JsonObject, how: Set<Change>): JsonObject | undefined {
  if (!isSayable(schema)) return undefined;
  const closed: { [name: string]: Json } = {};
  const told: string[] = [];
  for (const [name, value] of Object.entries(schema)) {
    if (isLimit(name, value)) told.push(`${name}: ${JSON.stringify(value)}`);
    else {
      const inner = innerOf(name, value, how);
      if (inner === undefined) return undefined;
      closed[name === 'oneOf' ? 'anyOf' : name] = inner;
    }
  }
  if (isObjectSchema(schema) && schema['additionalProperties'] === undefined) {
    closed['additionalProperties'] = false;
    how.add('closed-schema');
  }
  if (told.length > 0) closed['description'] = described(schema['description'], told);
  if (told.length > 0 || schema['oneOf'] !== undefined) how.add('looser-schema');
  return closed;
}

/** Whether closing it leaves its meaning, as far as its own keywords go. */
function isSayable(schema: JsonObject): boolean {
  const { type, properties, additionalProperties: more, $ref: reference, enum: words, anyOf, oneOf, allOf } = schema;
  if (unsayable.some((name) => schema[name] !== undefined)) return false;
  if (more !== undefined && more !== false) return false;
  if (reference !== undefined) return typeof reference === 'string' && reference.startsWith('#/');
  if (Array.isArray(words) && words.some((word) => typeof word === 'object' && word !== null)) return false;
  const variants = anyOf ?? oneOf;
  // Closed objects cannot be put together.
  if (Array.isArray(allOf) && (allOf.length > 1 || properties !== undefined)) return false;
  if ((anyOf !== undefined && oneOf !== undefined) || (variants !== undefined && properties !== undefined))
    return false;
  if (isObjectSchema(schema)) return properties !== undefined || more === false;
  return (type ?? variants ?? allOf ?? words ?? schema['const']) !== undefined;
}

function isObjectSchema({ type }: JsonObject): boolean {
  return type === 'object' || (Array.isArray(type) && type.includes('object'));
}

function isLimit(name: string, value: Json): boolean {
  if (name === 'minItems') return value !== 0 && value !== 1;
  if (name === 'format') return typeof value === 'string' && !formats.has(value);
  return limits.has(name) || (name === 'pattern' && typeof value === 'string' && hardPattern.test(value));
}

function described(description: Json | undefined, told: readonly string[]): string {
  const words = `{${told.join(', ')}}`;
  return typeof description === 'string' && description !== '' ? `${description}\n\n${words}` : words;
}

/** What stands at a keyword; undefined if it cannot be said. */
function innerOf(name: string, value: Json, how: Set<Change>): Json | undefined {
  if (name === 'items') return isJsonObject(value) ? withoutRest(value, how) : undefined;
  if (name === 'properties' || name === '$defs' || name === 'definitions') return innerMap(value, how);
  if (name !== 'anyOf' && name !== 'oneOf' && name !== 'allOf') return value;
  if (!Array.isArray(value)) return undefined;
  const inner = value.map((one: Json) => (isJsonObject(one) ? withoutRest(one, how) : undefined));
  return inner.every((one) => one !== undefined) ? inner : undefined;
}

function innerMap(value: Json, how: Set<Change>): JsonObject | undefined {
  if (!isJsonObject(value)) return undefined;
  const inner: (readonly [string, JsonObject])[] = [];
  for (const [name, one] of Object.entries(value)) {
    const closed = isJsonObject(one) ? withoutRest(one, how) : undefined;
    if (closed === undefined) return undefined;
    inner.push([name, closed]);
  }
  return Object.fromEntries(inner);
}

/** Whether one of its parts refers to itself, or to the whole. */
function isRecursive(root: JsonObject): boolean {
  const open = new Set<string>();
  const done = new Set<string>();
  const returns = (reference: string): boolean => {
    if (reference === '#' || open.has(reference)) return true;
    if (done.has(reference)) return false;
    open.add(reference);
    const found = referencesIn(referred(root, reference)).some(returns);
    open.delete(reference);
    done.add(reference);
    return found;
  };
  return referencesIn(root).some(returns);
}

function referencesIn(value: Json | undefined): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    name === '$ref' && typeof one === 'string' ? [one] : referencesIn(one),
  );
}

function referred(root: JsonObject, reference: string): Json | undefined {
  const steps = reference.split('/').slice(1);
  return steps.reduce<Json | undefined>((found, step) => (isJsonObject(found) ? found[step] : undefined), root);
}
