import type { z } from 'zod';
import { Failure } from '../core/failure.ts';
import { isJsonObject } from '../core/json.ts';
import { didYouMean, nearestAmong } from '../core/nearest.ts';
import type { Procedure } from './procedure.ts';

type Read = Pick<Procedure, 'name' | 'input' | 'reserved'>;

/** The input as the procedure's schema has it, or `request-invalid` naming the field, what was found and what is expected. */
export function readInput(asked: Read, given: unknown): z.output<z.ZodObject> {
  refuseUnknown(asked, given);
  const read = asked.input.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  if (issue === undefined) throw new Failure('request-invalid', `The input of ${asked.name} cannot be read.`);
  throw refusal(issue, valueAt(given, issue.path));
}

/** First of all, because a field that we would not honour changes what the rest means. */
function refuseUnknown({ name, input, reserved = {} }: Read, given: unknown): void {
  if (!isJsonObject(given)) return;
  const known = Object.keys(input.shape);
  const unknown = Object.keys(given).find((field) => !known.includes(field));
  if (unknown === undefined) return;
  const reason = Object.hasOwn(reserved, unknown) ? reserved[unknown] : undefined;
  if (reason !== undefined) throw new Failure('request-invalid', `${unknown}: ${reason}`, { param: unknown });
  const near = nearestAmong(known)(unknown);
  const remedy = near.length === 0 ? `its fields are: ${known.join(', ') || 'none'}.` : didYouMean(near);
  throw new Failure('request-invalid', `${name} has no field ${shown(unknown)}; ${remedy}`, {
    param: clipped(unknown),
  });
}

type Issue = z.core.$ZodIssue;

function refusal(issue: Issue, found: unknown): Failure {
  const param = pathOf(issue.path);
  const subject = param === '' ? 'The request' : param;
  const state = found === undefined ? 'is missing' : `is ${shown(found)}`;
  return new Failure('request-invalid', `${subject} ${state}; it must be ${expected(issue, found)}.`, { param });
}

function expected(issue: Issue, found: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeWords[issue.expected] ?? issue.expected;
    case 'too_small':
      return `at least ${bound(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `at most ${bound(issue.maximum, issue.origin)}`;
    case 'invalid_format':
      return formatWords[issue.format] ?? `of the format ${issue.format}`;
    case 'invalid_value':
      return oneOf(issue.values.map(String), found);
    case 'invalid_union':
      return issue.errors.map(([first]) => (first === undefined ? issue.message : expected(first, found))).join(' or ');
    default:
      return issue.message;
  }
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a string',
  int: 'a whole number',
  number: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a JSON object',
  record: 'a JSON object',
};

const formatWords: Readonly<Record<string, string>> = {
  datetime: 'a time as RFC 3339 writes it, such as 2026-01-31T12:00:00Z',
};

function bound(limit: number | bigint, origin: string): string {
  if (origin === 'string') return `${limit} ${limit === 1 ? 'character' : 'characters'} long`;
  if (origin === 'array') return `${limit} ${limit === 1 ? 'item' : 'items'} long`;
  return String(limit);
}

function oneOf(values: readonly string[], found: unknown): string {
  const near = typeof found === 'string' ? didYouMean(nearestAmong(values)(found)) : '';
  return `one of ${values.join(', ')}${near === '' ? '' : ` (${near})`}`;
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  let value = given;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.map((step, index) => pathStep(step, index)).join('');
}

function pathStep(step: PropertyKey, index: number): string {
  if (typeof step === 'number') return `[${step}]`;
  return index === 0 ? String(step) : `.${String(step)}`;
}

/** A value as JSON, cut where it gets long: enough to be recognised. */
function shown(value: unknown): string {
  return clipped(JSON.stringify(value) ?? typeof value);
}

function clipped(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
