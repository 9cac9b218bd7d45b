import type { Failure } from '../core/failure.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import type { JsonMember } from './json-scan.ts';
import { afterSpace } from './json-token.ts';
import { stringText, utf8Text } from './text.ts';

/** The top-level parameters of a request, as bytes. */
export interface Given {
  readonly bytes: Uint8Array;
  readonly members: ReadonlyMap<string, JsonMember>;
}

export type ParameterType = 'string' | 'boolean' | 'integer' | 'object' | 'list of objects';

/** How a vendor's own API words its refusals of a parameter. `found` says what stands there: `the number 5`. */
export interface ParameterWords {
  wrongType(name: string, expected: ParameterType, found: string): Failure;
  tooSmall(name: string, least: number, found: number): Failure;
  tooLarge(name: string, most: number, found: number): Failure;
}

/** Reads parameters from their bytes. One that is absent or null is undefined; one that cannot be is refused in these words. */
export interface ParameterReader {
  text(given: Given, name: string): string | undefined;
  flag(given: Given, name: string): boolean | undefined;
  /** A whole number in a range, both ends included. */
  count(given: Given, name: string, range: readonly [least: number, most: number]): number | undefined;
  object(given: Given, name: string): JsonObject | undefined;
  /** Whether a list has anything in it. */
  list(given: Given, name: string): 'empty' | 'filled' | undefined;
}

export function parameterReader(words: ParameterWords): ParameterReader {
  /** A member whose value begins as its type does. */
  const begun = (given: Given, name: string, expected: ParameterType): JsonMember | undefined => {
    const member = memberOf(given, name);
    if (member === undefined || begins[expected](given.bytes[member.valueStart])) return member;
    throw words.wrongType(name, expected, described(given, member));
  };
  return {
    text(given, name) {
      const member = begun(given, name, 'string');
      return member && stringText(given.bytes, member.valueStart, member.valueEnd);
    },
    flag(given, name) {
      const member = begun(given, name, 'boolean');
      return member && given.bytes[member.valueStart] === letterT;
    },
    count(given, name, [least, most]) {
      const member = begun(given, name, 'integer');
      if (member === undefined) return undefined;
      const count = Number(textOf(given, member));
      if (!Number.isInteger(count)) throw words.wrongType(name, 'integer', described(given, member));
      if (count < least) throw words.tooSmall(name, least, count);
      if (count > most) throw words.tooLarge(name, most, count);
      return count;
    },
    object(given, name) {
      const member = begun(given, name, 'object');
      if (member === undefined) return undefined;
      const value: unknown = JSON.parse(utf8Text(given.bytes, member.valueStart, member.valueEnd));
      return isJsonObject(value) ? value : undefined;
    },
    list(given, name) {
      const member = begun(given, name, 'list of objects');
      if (member === undefined) return undefined;
      return given.bytes[afterSpace(given.bytes, member.valueStart + 1)] === closeBracket ? 'empty' : 'filled';
    },
  };
}

/** A parameter that is there and not null. */
export function memberOf({ bytes, members }: Given, name: string): JsonMember | undefined {
  const member = members.get(name);
  return member === undefined || bytes[member.valueStart] === letterN ? undefined : member;
}

/**
 * The known key that this one is but for its case; undefined if there is none. Some servers match keys without regard to
 * case, and would read it where we did not.
 */
export function variantOf(key: string, known: ReadonlySet<string>): string | undefined {
  if (known.has(key)) return undefined;
  const folded = key.toUpperCase().toLowerCase();
  return known.has(folded) ? folded : undefined;
}

/** What stands in the place of a value, for a sentence. */
function described(given: Given, member: JsonMember): string {
  const first = given.bytes[member.valueStart];
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
const closeBracket = 0x5d;
const letterF = 0x66;
const letterN = 0x6e;
const letterT = 0x74;
const openBrace = 0x7b;

/** The first byte of strict JSON tells the type of a value. */
const begins: Readonly<Record<ParameterType, (first: number | undefined) => boolean>> = {
  string: (first) => first === quote,
  boolean: (first) => first === letterT || first === letterF,
  integer: isNumber,
  object: (first) => first === openBrace,
  'list of objects': (first) => first === openBracket,
};
