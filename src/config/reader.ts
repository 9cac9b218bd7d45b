import { z } from 'zod';
import { didYouMean, nearestAmong } from '../core/nearest.ts';
import type { Environment } from './interpolation.ts';
import type { Path, Problems } from './problems.ts';
import { notYet } from './schema.ts';

/** Gives a file's text; undefined if there is none of this name. Throws for one that cannot be read. */
export type ReadFile = (path: string) => string | undefined;

/** What the parts of the configuration are read with. */
export interface Reader {
  readonly environment: Environment;
  readonly readFile: ReadFile;
  readonly problems: Problems;
  /** The file's values as they are written, without what the environment puts in. */
  readonly written: unknown;
}

/** Checks a part of the file. Undefined if something is wrong with it, which is then among the problems. */
export function checked<Schema extends z.ZodType>(
  reader: Reader,
  schema: Schema,
  { value, path }: { readonly value: unknown; readonly path: Path },
): z.output<Schema> | undefined {
  const result = schema.safeParse(value);
  if (result.success) return reader.problems.has(path) ? undefined : result.data;
  for (const issue of result.error.issues) {
    const at = [...path, ...issue.path.filter((step) => typeof step !== 'symbol')];
    if (issue.code === 'unrecognized_keys')
      unknownKeys(reader, { at, keys: issue.keys, known: keysOf(schema, issue.path) });
    else if (!reader.problems.has(at)) reader.problems.add(at, `found ${shown(reader, at)}, wanted ${issue.message}.`);
  }
  return undefined;
}

/** Complains of keys that mean nothing, each with the one that may have been meant. */
export function unknownKeys(
  { problems }: Reader,
  { at, keys, known }: { readonly at: Path; readonly keys: readonly string[]; readonly known: readonly string[] },
): void {
  const nearest = nearestAmong(known);
  for (const key of keys) {
    const meant = didYouMean(nearest(key).slice(0, 1));
    const later = Object.hasOwn(notYet, key) ? notYet[key] : undefined;
    const begin = `there is no such key${meant === '' ? '.' : `; ${meant}`}`;
    problems.add([...at, key], later ?? `${begin} Known here: ${known.toSorted().join(', ')}.`);
  }
}

/** What is written at a place, short and without secrets. */
export function shown(reader: Reader, path: Path): string {
  if (isHidden(path)) return 'something that is not shown here';
  let value: unknown = reader.written;
  for (const step of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
  return describe(value);
}

/** A value from anywhere, short. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = typeof value === 'string' ? value.replace(/\/\/[^/@]*@/, '//***@') : value;
  const spelled = JSON.stringify(text);
  return spelled.length > 80 ? `${spelled.slice(0, 80)}…` : spelled;
}

/** Of a provider only what cannot be a credential is shown, even where it should not be one. */
function isHidden([part, , setting]: Path): boolean {
  return part === 'providers' && !['type', 'base_url', 'models', 'prices', 'free', 'adjust'].includes(String(setting));
}

/** The keys that a schema knows at a place. */
function keysOf(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  if (schema instanceof z.ZodObject) {
    const [step, ...rest] = path;
    if (step === undefined) return Object.keys(schema.shape);
    const inner: unknown = schema.shape[String(step)];
    return inner instanceof z.ZodType ? keysOf(inner, rest) : [];
  }
  const inner = innerOf(schema);
  if (inner === undefined) return [];
  return keysOf(inner, schema instanceof z.ZodRecord || schema instanceof z.ZodArray ? path.slice(1) : path);
}

function innerOf(schema: z.ZodType): z.ZodType | undefined {
  let inner: unknown;
  if (schema instanceof z.ZodRecord) inner = schema.valueType;
  else if (schema instanceof z.ZodArray) inner = schema.element;
  else if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodPrefault)
    inner = schema.unwrap();
  return inner instanceof z.ZodType ? inner : undefined;
}
