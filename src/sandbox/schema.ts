import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import { unmakeable } from './making.ts';
import { merged } from './schema-merge.ts';

/** A schema at a place. */
export interface Point {
  readonly schema: Json;
  readonly path: string;
  readonly depth: number;
}

export interface Resolve {
  /** The whole, in which `#/…` points. */
  readonly root: Json;
  /** Whether there is room for more than what is required. */
  readonly generous: (at: Point) => boolean;
  /** Counts a step; throws when there were too many. */
  readonly spend: (at: Point) => void;
  /** Makes a value of a branch; throws if there is none. */
  readonly attempt: (at: Point) => Json;
}

/** A schema without references and alternatives, or the value of the alternative that was taken. */
export type Settled =
  | { readonly made: { readonly value: Json } }
  | { readonly made?: undefined; readonly schema: JsonObject };

/** What says more of a value than is understood here; leaving it out could make a value that is none. */
const unknown = ['not', 'if', 'contains', 'dependentRequired', 'dependentSchemas', 'dependencies', '$dynamicRef'];

/** Follows references, joins `allOf`, and takes an alternative of `anyOf` or `oneOf`. */
export function settled(at: Point, resolve: Resolve): Settled {
  const schema = joined(at, resolve, 0);
  const strange = unknown.find((keyword) => keyword in schema);
  if (strange !== undefined) throw unmakeable(at, `it does not understand '${strange}'`);
  const key = 'anyOf' in schema ? 'anyOf' : 'oneOf';
  const { [key]: branches, ...rest } = schema;
  if (branches === undefined) return { schema };
  if (!Array.isArray(branches) || branches.length === 0) throw unmakeable(at, `'${key}' is no list of schemas`);
  const list: readonly Json[] = branches;
  const ordered = resolve.generous(at)
    ? list
    : list.toSorted((one, other) => weight(one, at, resolve) - weight(other, at, resolve));
  return {
    made: {
      value: firstMade(
        ordered.map((branch) => branchOf(at, rest, branch)),
        resolve,
      ),
    },
  };
}

function branchOf(at: Point, rest: JsonObject, branch: Json): Point {
  return { schema: { allOf: [rest, branch] }, path: at.path, depth: at.depth + 1 };
}

/** The first alternative that something satisfies. */
function firstMade(points: readonly Point[], resolve: Resolve): Json {
  let last: unknown;
  for (const point of points) {
    try {
      return resolve.attempt(point);
    } catch (failure) {
      last = failure;
    }
  }
  throw last;
}

function joined(at: Point, resolve: Resolve, hops: number): JsonObject {
  resolve.spend(at);
  if (at.schema === true) return {};
  if (at.schema === false) throw unmakeable(at, 'nothing is allowed there');
  if (!isJsonObject(at.schema)) throw unmakeable(at, 'it is no schema');
  if (hops > 32) throw unmakeable(at, 'its references lead in a circle');
  const { $ref, allOf, ...own } = at.schema;
  const parts: Json[] = Array.isArray(allOf) ? [...allOf] : [];
  if ($ref !== undefined) parts.push(pointed($ref, at, resolve));
  return parts.reduce<JsonObject>(
    (whole, part) => merged(whole, joined({ ...at, schema: part }, resolve, hops + 1)),
    own,
  );
}

function pointed(reference: Json, at: Point, resolve: Resolve): Json {
  if (typeof reference !== 'string' || !/^#(\/|$)/.test(reference)) {
    throw unmakeable(at, `'$ref' must point inside the schema, '#/…'; this is ${JSON.stringify(reference)}`);
  }
  let found: Json | undefined = resolve.root;
  for (const step of reference.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(found)) found = found[Number(key)];
    else found = isJsonObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  }
  if (found === undefined) throw unmakeable(at, `'${reference}' points nowhere`);
  return found;
}

/** How much of a value a schema leads to, roughly. */
function weight(branch: Json, at: Point, resolve: Resolve): number {
  if (!isJsonObject(branch)) return 0;
  const schema = '$ref' in branch ? pointed(branch['$ref'] ?? null, at, resolve) : branch;
  if (!isJsonObject(schema) || schema['type'] === 'null' || 'const' in schema || 'enum' in schema) return 0;
  if ('anyOf' in schema || 'oneOf' in schema || '$ref' in schema) return 3;
  if (schema['type'] === 'array') return 2;
  return schema['type'] === 'object' || 'properties' in schema ? 4 : 1;
}
