import { Failure } from '../core/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';

/** An object inside a request, with its path there: `messages[0]`; the path of the whole is empty. */
export interface Place {
  readonly object: JsonObject;
  readonly path: string;
}

/** A member's path, as it is named to the caller. */
export function pathOf(place: Place, key: string): string {
  return place.path === '' ? key : `${place.path}.${key}`;
}

/** OpenAI takes `null` for absent wherever a member is optional; so do these. */
export function optional(place: Place, key: string): Json | undefined {
  return place.object[key] ?? undefined;
}

export function optionalString(place: Place, key: string): string | undefined {
  const value = optional(place, key);
  if (value === undefined || typeof value === 'string') return value;
  throw wrongType(pathOf(place, key), 'a string', value);
}

export function optionalFlag(place: Place, key: string): boolean | undefined {
  const value = optional(place, key);
  if (value === undefined || typeof value === 'boolean') return value;
  throw wrongType(pathOf(place, key), 'a boolean', value);
}

export function optionalInteger(place: Place, key: string, range: readonly [number, number]): number | undefined {
  const value = optional(place, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(pathOf(place, key), 'an integer', value);
  const [least, most] = range;
  if (value >= least && value <= most) return value;
  throw wrongValue(pathOf(place, key), `expected an integer from ${least} to ${most}, but got ${value} instead`);
}

export function optionalList(place: Place, key: string): readonly Json[] | undefined {
  const value = optional(place, key);
  if (value === undefined || Array.isArray(value)) return value;
  throw wrongType(pathOf(place, key), 'an array', value);
}

export function optionalPlace(place: Place, key: string): Place | undefined {
  const value = optional(place, key);
  return value === undefined ? undefined : placeOf(value, pathOf(place, key));
}

export function requiredString(place: Place, key: string): string {
  return present(optionalString(place, key), pathOf(place, key));
}

export function requiredList(place: Place, key: string): readonly Json[] {
  return present(optionalList(place, key), pathOf(place, key));
}

export function requiredPlace(place: Place, key: string): Place {
  return present(optionalPlace(place, key), pathOf(place, key));
}

/** A value that must be an object. */
export function placeOf(value: Json, path: string): Place {
  if (isJsonObject(value)) return { object: value, path };
  throw wrongType(path, 'an object', value);
}

export function wrongType(path: string, expected: string, value: Json): Failure {
  const message = `Invalid type for '${path}': expected ${expected}, but got ${kindOf(value)} instead.`;
  return new Failure('request-invalid', message, { param: path, code: 'invalid_type' });
}

export function wrongValue(path: string, why: string): Failure {
  return new Failure('request-invalid', `Invalid '${path}': ${why}.`, { param: path, code: 'invalid_value' });
}

export function missing(path: string): Failure {
  const message = `Missing required parameter: '${path}'.`;
  return new Failure('request-invalid', message, { param: path, code: 'missing_required_parameter' });
}

function present<T>(value: T | undefined, path: string): T {
  if (value === undefined) throw missing(path);
  return value;
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
