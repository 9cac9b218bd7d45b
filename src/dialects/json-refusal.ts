import { isUtf8 } from 'node:buffer';
import { Failure } from '../core/failure.ts';
import { stringText } from './text.ts';

/** A JSON text that is being read, and where in it we are. */
export interface JsonSource {
  readonly bytes: Uint8Array;
  /** Per level two numbers: the start and end of a member's key, or -1 and the index of an element. */
  readonly trail: number[];
}

/** The refusal of a text for what stands at byte `at`: `what` completes "The JSON body …". */
export function refused(source: JsonSource, at: number, what: string): Failure {
  const param = pathOf(source);
  const place = param === '' ? `at byte ${at}` : `at byte ${at}, in ${param}`;
  const details = param === '' ? {} : { param };
  return new Failure('request-invalid', `The JSON body ${what} ${place}; send strict JSON in UTF-8.`, details);
}

/** The path of the value that is being read: `messages[2].content[0].image_url`. */
export function pathOf({ bytes, trail }: JsonSource): string {
  let path = '';
  for (let at = 0; at < trail.length; at += 2) {
    const start = trail[at] ?? 0;
    const end = trail[at + 1] ?? 0;
    path += start === -1 ? `[${end}]` : step(stringText(bytes, start, end), path === '');
  }
  return path;
}

function step(key: string, first: boolean): string {
  if (!plainKey.test(key)) return `[${JSON.stringify(key.slice(0, 64))}]`;
  return first ? key : `.${key}`;
}

const plainKey = /^[\w$-]{1,64}$/;

/** Names the byte at a place, for a sentence. */
export function shown(bytes: Uint8Array, at: number): string {
  const byte = bytes[at];
  if (byte === undefined) return 'nothing more';
  const printable = byte > 0x20 && byte < 0x7f;
  return printable ? JSON.stringify(String.fromCharCode(byte)) : `the byte 0x${byte.toString(16).padStart(2, '0')}`;
}

/** What a body begins with that is no object. */
export function notAnObject(bytes: Uint8Array, at: number): string {
  if (bytes.length === 0) return 'is empty where an object should stand';
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'begins with a byte order mark';
  return `has ${shown(bytes, at)} where an object should begin`;
}

const stride = 4096;

/** The first byte that no UTF-8 text has there. Searched piecewise, so that a late one costs little. */
export function firstBadUtf8(bytes: Uint8Array): number {
  let at = 0;
  for (let next = stride; next < bytes.length; next += stride) {
    const end = characterStart(bytes, next);
    if (!isUtf8(bytes.subarray(at, end))) break;
    at = end;
  }
  while (at < bytes.length) {
    const end = characterEnd(bytes, at);
    if (!isUtf8(bytes.subarray(at, end))) return at;
    at = end;
  }
  return at;
}

function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > at - 3 && isContinuation(bytes[start])) start--;
  return start;
}

function characterEnd(bytes: Uint8Array, at: number): number {
  let end = at + 1;
  while (end < at + 4 && isContinuation(bytes[end])) end++;
  return end;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
