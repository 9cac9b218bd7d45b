import { Failure } from '../../core/failure.ts';
import type { JsonMember } from '../json-scan.ts';
import { stringText, utf8Text } from '../text.ts';

/** The top-level parameters of a request, as bytes. */
export interface Given {
  readonly bytes: Uint8Array;
  readonly members: ReadonlyMap<string, JsonMember>;
}

/** A string parameter; undefined if it is absent or null. */
export function stringParameter(given: Given, name: string): string | undefined {
  const member = memberOf(given, name);
  if (member === undefined) return undefined;
  if (given.bytes[member.valueStart] !== quote) throw wrongType(given, member, 'a string');
  return stringText(given.bytes, member.valueStart, member.valueEnd);
}

/** A boolean parameter; undefined if it is absent or null. */
export function booleanParameter(given: Given, name: string): boolean | undefined {
  const member = memberOf(given, name);
  if (member === undefined) return undefined;
  const first = given.bytes[member.valueStart];
  if (first !== letterT && first !== letterF) throw wrongType(given, member, 'a boolean');
  return first === letterT;
}

/** A whole number from 1 to `most`; undefined if it is absent or null. */
export function countParameter(given: Given, name: string, most: number): number | undefined {
  const member = memberOf(given, name);
  if (member === undefined) return undefined;
  const { bytes } = given;
  const count = isNumber(bytes[member.valueStart]) ? Number(textOf(given, member)) : Number.NaN;
  if (!Number.isInteger(count)) throw wrongType(given, member, 'a whole number');
  if (count < 1) throw outOfRange(name, `integer below minimum value. Expected a value >= 1, but got ${count}`);
  if (count > most)
    throw outOfRange(name, `integer above maximum value. Expected a value <= ${most}, but got ${count}`);
  return count;
}

/** A parameter that is there and not null. */
export function memberOf({ bytes, members }: Given, name: string): JsonMember | undefined {
  const member = members.get(name);
  return member === undefined || bytes[member.valueStart] === letterN ? undefined : member;
}

/** The refusal of a request that lacks what it must have. `remedy` is a sentence. */
export function missing(name: string, remedy: string): Failure {
  return new Failure('request-invalid', `Missing required parameter: '${name}'. ${remedy}`, {
    param: name,
    code: 'missing_required_parameter',
  });
}

/** The refusal of a value of another type, in OpenAI's words. `expected` has its article. */
export function wrongType(given: Given, member: JsonMember, expected: string): Failure {
  const { key } = member;
  const found = describe(given, member);
  return new Failure(
    'request-invalid',
    `Invalid type for '${key}': expected ${expected}, but got ${found} instead. Send ${expected}.`,
    { param: key, code: 'invalid_type' },
  );
}

function outOfRange(name: string, what: string): Failure {
  const code = what.startsWith('integer below') ? 'integer_below_min_value' : 'integer_above_max_value';
  return new Failure('request-invalid', `Invalid '${name}': ${what} instead. Send a value in range, or leave it out.`, {
    param: name,
    code,
  });
}

function describe(given: Given, member: JsonMember): string {
  const { bytes } = given;
  const first = bytes[member.valueStart];
  if (first === openBrace) return 'an object';
  if (first === openBracket) return 'an array';
  const text = textOf(given, member);
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  if (first === quote) return `the string ${short}`;
  return isNumber(first) ? `the number ${short}` : short;
}

function textOf({ bytes }: Given, { valueStart, valueEnd }: JsonMember): string {
  return utf8Text(bytes, valueStart, Math.min(valueEnd, valueStart + 200));
}

function isNumber(first = 0): boolean {
  return first === minus || (first >= zero && first <= nine);
}

const quote = 0x22;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
const openBracket = 0x5b;
const letterF = 0x66;
const letterN = 0x6e;
const letterT = 0x74;
const openBrace = 0x7b;
