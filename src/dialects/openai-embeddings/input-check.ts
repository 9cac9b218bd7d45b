import type { Failure } from '../../core/failure.ts';
import { afterSpace, scalarEnd, stringEnd, type TokenSource } from '../json-token.ts';
import { invalid, missing, wrongType } from '../openai/parameter-words.ts';
import { type Given, memberOf } from '../parameter.ts';

/**
 * Refuses an `input` that is no text, list of texts, list of tokens or list of such lists. It is looked at to its end: an
 * object in it might point to something whose size nobody here could tell. The bytes are known to be strict JSON.
 */
export function checkInput(given: Given): void {
  const member = memberOf(given, 'input');
  if (member === undefined) throw missing('input', 'Send a text, or an array of texts or of token arrays.');
  const { valueStart, valueEnd } = member;
  const source: TokenSource = { bytes: given.bytes, trail: [], nextQuote: -1, nextEscape: -1 };
  const kind = kindAt(source, valueStart);
  if (kind === 'string' && valueEnd - valueStart === 2) throw empty('input', 'string');
  if (kind === 'array') listEnd(source, valueStart, { path: 'input', of: ['string', 'number', 'array'] });
  else if (kind !== 'string') throw wrongType('input', 'a string or an array', articles[kind]);
}

/** A list that is being looked at, and the kinds of things it may have. */
interface List {
  readonly path: string;
  readonly of: readonly ('string' | 'number' | 'array')[];
}

/** Looks at a list, all of whose elements are of one kind; answers where it ends. */
function listEnd(source: TokenSource, start: number, { path, of }: List): number {
  const { bytes } = source;
  let at = afterSpace(bytes, start + 1);
  if (bytes[at] === closeBracket) throw empty(path, 'array');
  const first = of.find((kind) => kind === kindAt(source, at));
  const open = first === undefined ? of : [first];
  for (let index = 0; ; index++) {
    const kind = kindAt(source, at);
    const here = (): string => `${path}[${index}]`;
    if (!open.some((one) => one === kind))
      throw wrongType(here(), open.map((one) => elements[one]).join(' or '), articles[kind]);
    if (kind === 'string') at = stringEnd(source, at + 1);
    else if (kind === 'array') at = listEnd(source, at, { path: here(), of: ['number'] });
    else at = tokenEnd(source, at, here);
    at = afterSpace(bytes, at);
    if (bytes[at] === closeBracket) return at + 1;
    at = afterSpace(bytes, at + 1);
  }
}

/** A token is a plain whole number. */
function tokenEnd(source: TokenSource, start: number, here: () => string): number {
  const { bytes } = source;
  let at = start;
  while (isDigit(bytes[at])) at++;
  const end = scalarEnd(source, start);
  if (at === end) return end;
  throw wrongType(here(), elements.number, 'another number');
}

function empty(path: string, kind: 'string' | 'array'): Failure {
  const what = kind === 'string' ? 'a text' : 'an array with at least one element';
  return invalid(path, `empty_${kind}`, `Invalid '${path}': empty ${kind}. Send ${what}.`);
}

type Kind = keyof typeof articles;

const articles = {
  string: 'a string',
  number: 'a number',
  array: 'an array',
  object: 'an object',
  boolean: 'a boolean',
  null: 'null',
} as const;

const elements = {
  string: 'a string',
  number: 'a token, which is a whole number from 0',
  array: 'an array of tokens',
} as const;

/** The first byte of strict JSON tells the kind of a value. */
function kindAt({ bytes }: TokenSource, at: number): Kind {
  const first = bytes[at];
  if (first === 0x22) return 'string';
  if (first === 0x5b) return 'array';
  if (first === 0x7b) return 'object';
  if (first === 0x6e) return 'null';
  return first === 0x74 || first === 0x66 ? 'boolean' : 'number';
}

function isDigit(byte = 0): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

const closeBracket = 0x5d;
