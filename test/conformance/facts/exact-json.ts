import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts';

/** JSON read so that no number changes: an integer too large for a double becomes a text that says its digits. */
export function exactJson(text: string): Json {
  return parseExactly(text, (_name, value, context) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value) || !/^-?\d+$/.test(context.source)) return value;
    return `integer ${BigInt(context.source)}`;
  });
}

/** One text for all JSON of the same value, whatever the order of its members. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`).join(',')}}`;
}

/** What stands in a JSON text, as `canonical` says it; a text that is no JSON is told as it is. */
export function canonicalText(text: string): string {
  try {
    return canonical(exactJson(text.trim() === '' ? '{}' : text));
  } catch {
    return `no JSON: ${text}`;
  }
}

/** The paths of everything that says something: nulls say nothing, and empty texts, lists and objects do not either. */
export function leaves(value: Json | undefined, path = ''): readonly string[] {
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) return value.flatMap((one, index) => leaves(one, `${path}[${index}]`));
  if (!isJsonObject(value)) return [path];
  return Object.entries(value).flatMap(([name, one]) => leaves(one, path === '' ? name : `${path}.${name}`));
}

/** Whether the first path is the second one, or an ancestor of it. */
export function covers(outer: string, inner: string): boolean {
  return inner === outer || (inner.startsWith(outer) && (inner[outer.length] === '.' || inner[outer.length] === '['));
}

export function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** `JSON.parse` with the third parameter of its reviver, which the compiler's library does not know yet. */
const parseExactly = JSON.parse as (
  text: string,
  reviver: (name: string, value: Json, context: { readonly source: string }) => Json,
) => Json;
