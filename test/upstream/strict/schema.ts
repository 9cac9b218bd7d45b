import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import { Refusal } from './server.ts';

/** What a vendor's constrained decoding asks of a schema. */
export interface SchemaRules {
  readonly path: string;
  /** Every property must be required. */
  readonly allRequired: boolean;
  /** Keywords that it does not take. */
  readonly without: readonly string[];
}

/** Refuses a schema that the model cannot be held to. */
export function strictSchema(schema: Json | undefined, rules: SchemaRules): void {
  if (!isJsonObject(schema)) return;
  for (const name of rules.without) {
    if (name in schema) throw new Refusal(`${rules.path}: '${name}' is not supported.`, { param: rules.path });
  }
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  if (schema['type'] === 'object') {
    if (schema['additionalProperties'] !== false) {
      throw new Refusal(`${rules.path}: For 'object' type, 'additionalProperties' must be explicitly set to false`, {
        param: rules.path,
      });
    }
    const required = Array.isArray(schema['required']) ? schema['required'] : [];
    const missing = Object.keys(properties).find((name) => !required.includes(name));
    if (rules.allRequired && missing !== undefined) {
      throw new Refusal(`${rules.path}: 'required' must include every key in properties. Missing '${missing}'.`, {
        param: rules.path,
      });
    }
  }
  for (const one of innerSchemas(schema, properties)) strictSchema(one, rules);
}

function innerSchemas(schema: JsonObject, properties: JsonObject): readonly Json[] {
  const lists = ['anyOf', 'allOf', 'oneOf'].flatMap((name) => (Array.isArray(schema[name]) ? schema[name] : []));
  const defined = ['$defs', 'definitions'].map((name) => schema[name]).filter(isJsonObject);
  return [
    ...Object.values(properties),
    ...lists,
    ...defined.flatMap((one) => Object.values(one)),
    ...(schema['items'] === undefined ? [] : [schema['items']]),
  ];
}

/** A value that obeys the schema, always the same. */
export function sampleOf(schema: Json | undefined, root: Json | undefined = schema): Json {
  if (!isJsonObject(schema)) return 'value';
  if (typeof schema['$ref'] === 'string') return sampleOf(referred(schema['$ref'], root), root);
  if (Array.isArray(schema['enum'])) return schema['enum'][0] ?? null;
  if ('const' in schema) return schema['const'] ?? null;
  const [first] = ['anyOf', 'oneOf', 'allOf'].flatMap((name) => (Array.isArray(schema[name]) ? schema[name] : []));
  if (first !== undefined) return sampleOf(first, root);
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  if (type === 'object') {
    const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
    return Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, sampleOf(one, root)]));
  }
  if (type === 'array') return [sampleOf(schema['items'], root)];
  return plain[String(type)] ?? 'value';
}

const plain: Readonly<Record<string, Json>> = { integer: 7, number: 7.5, boolean: true, string: 'value' };

function referred(reference: string, root: Json | undefined): Json | undefined {
  let found: Json | undefined = root;
  for (const step of reference.split('/').slice(1)) found = isJsonObject(found) ? found[step] : undefined;
  return found;
}
