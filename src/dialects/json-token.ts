import { type JsonSource, refused, shown } from './json-refusal.ts';
import { latin1 } from './text.ts';

/** A source with a memory of searches, so that no stretch of it is searched twice. */
export interface TokenSource extends JsonSource {
  /** Where the next quote and the next backslash stand, as far as known; -1 before the first search. */
  nextQuote: number;
  nextEscape: number;
}

const maxNumberLength = 128;
/** After so many plain bytes in a row a native search finds the end of a string faster than we do. */
const jumpAfter = 256;

const quote = 0x22;
const backslash = 0x5c;

/** The first byte that is no white space. */
export function afterSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

/** Reads a string from behind its quote; answers where it ends, closing quote included. */
export function stringEnd(source: TokenSource, from: number): number {
  const { bytes } = source;
  let at = from;
  let jumpAt = from + jumpAfter;
  for (;;) {
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte === backslash) {
      at = afterEscape(source, at);
      jumpAt = at + jumpAfter;
    } else if (byte === undefined) {
      throw refused(source, at, 'ends inside a string');
    } else if (byte < 0x20) {
      throw controlCharacter(source, at);
    } else if (++at === jumpAt) {
      at = jump(source, at);
      jumpAt = at + jumpAfter;
    }
  }
}

/** Goes to the next quote or backslash by native search. */
function jump(source: TokenSource, from: number): number {
  const { bytes } = source;
  if (source.nextQuote < from) source.nextQuote = found(bytes, quote, from);
  if (source.nextEscape < from) source.nextEscape = found(bytes, backslash, from);
  const to = Math.min(source.nextQuote, source.nextEscape);
  const control = controlAt(bytes, from, to);
  if (control !== -1) throw controlCharacter(source, control);
  return to;
}

/**
 * The first control character in a range, or -1. Eight words at a time: to search natively, a text would have to be made
 * first, and its memory costs more than the search.
 */
function controlAt(bytes: Uint8Array, from: number, to: number): number {
  const start = Math.min(to, from + (-(bytes.byteOffset + from) & 3));
  const before = controlAmong(bytes, from, start);
  if (before !== -1 || start === to) return before;
  const view = new Int32Array(bytes.buffer, bytes.byteOffset + start, (to - start) >> 2);
  return controlAmong(bytes, start + 4 * plainWords(view), to);
}

/** How many words from the first on hold no control character, but for the last few. */
function plainWords(view: Int32Array): number {
  let index = 0;
  for (const end = view.length - 7; index < end; index += 8) {
    // Enough for ASCII, which nearly all of a long string is.
    const low =
      ((view[index] ?? 0) - 0x20202020) |
      0 |
      (((view[index + 1] ?? 0) - 0x20202020) | 0) |
      (((view[index + 2] ?? 0) - 0x20202020) | 0) |
      (((view[index + 3] ?? 0) - 0x20202020) | 0) |
      (((view[index + 4] ?? 0) - 0x20202020) | 0) |
      (((view[index + 5] ?? 0) - 0x20202020) | 0) |
      (((view[index + 6] ?? 0) - 0x20202020) | 0) |
      (((view[index + 7] ?? 0) - 0x20202020) | 0);
    if ((low & 0x80808080) !== 0 && holdsControl(view, index)) break;
  }
  return index;
}

/** Whether one of the eight words from here on does, whatever else they hold. */
function holdsControl(view: Int32Array, from: number): boolean {
  let low = 0;
  for (let index = from; index < from + 8; index++) {
    const word = view[index] ?? 0;
    low |= (word - 0x20202020) & ~word;
  }
  return (low & 0x80808080) !== 0;
}

function controlAmong(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at++) if ((bytes[at] ?? 0) < 0x20) return at;
  return -1;
}

function found(bytes: Uint8Array, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at === -1 ? bytes.length : at;
}

function controlCharacter(source: TokenSource, at: number) {
  return refused(source, at, `has ${shown(source.bytes, at)} bare inside a string, where it must be escaped,`);
}

function afterEscape(source: TokenSource, at: number): number {
  const { bytes } = source;
  const kind = bytes[at + 1];
  if (kind !== 0x75) {
    if (kind !== undefined && simpleEscapes.has(kind)) return at + 2;
    throw refused(source, at, `has ${shown(bytes, at + 1)} behind a backslash`);
  }
  const unit = codeUnit(source, at);
  if (unit < 0xd800 || unit > 0xdfff) return at + 6;
  const paired = unit < 0xdc00 && bytes[at + 6] === backslash && bytes[at + 7] === 0x75;
  const low = paired ? codeUnit(source, at + 6) : 0;
  if (low < 0xdc00 || low > 0xdfff) throw refused(source, at, 'has half a surrogate pair');
  return at + 12;
}

/** `"` `\` `/` `b` `f` `n` `r` `t`. */
const simpleEscapes = new Set([0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74]);

/** The number behind a `\u`. */
function codeUnit(source: TokenSource, at: number): number {
  const { bytes } = source;
  const unit =
    (digit(bytes[at + 2]) << 12) | (digit(bytes[at + 3]) << 8) | (digit(bytes[at + 4]) << 4) | digit(bytes[at + 5]);
  if (unit < 0) throw refused(source, at, 'has no four hexadecimal digits behind \\u');
  return unit;
}

/** A hexadecimal digit's value; negative if it is none, and stays so however it is shifted and joined here. */
function digit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Reads `true`, `false`, `null` or a number; answers where it ends. */
export function scalarEnd(source: TokenSource, from: number): number {
  const { bytes } = source;
  const first = bytes[from];
  if (first === 0x74) return literalEnd(source, from, 'true');
  if (first === 0x66) return literalEnd(source, from, 'false');
  if (first === 0x6e) return literalEnd(source, from, 'null');
  if (first === 0x2d || isDigit(first)) return numberEnd(source, from);
  throw refused(source, from, `has ${shown(bytes, from)} where a value should stand`);
}

function literalEnd(source: TokenSource, from: number, word: string): number {
  for (let at = 1; at < word.length; at++) {
    if (source.bytes[from + at] !== word.charCodeAt(at)) {
      throw refused(source, from + at, `has ${shown(source.bytes, from + at)} where ${word} should go on`);
    }
  }
  return from + word.length;
}

function numberEnd(source: TokenSource, from: number): number {
  const { bytes } = source;
  let at = bytes[from] === 0x2d ? from + 1 : from;
  at = bytes[at] === 0x30 ? at + 1 : digitsEnd(source, at);
  if (bytes[at] === 0x2e) at = digitsEnd(source, at + 1);
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    const sign = bytes[at + 1];
    at = digitsEnd(source, sign === 0x2b || sign === 0x2d ? at + 2 : at + 1);
    if (!Number.isFinite(Number(latin1(bytes, from, at)))) throw refused(source, from, 'has a number beyond all range');
  }
  if (at - from > maxNumberLength) throw tooLong(source, from);
  return at;
}

function digitsEnd(source: TokenSource, from: number): number {
  const { bytes } = source;
  let at = from;
  while (isDigit(bytes[at])) {
    at++;
    if (at - from > maxNumberLength) throw tooLong(source, from);
  }
  if (at === from) throw refused(source, at, `has ${shown(bytes, at)} where a digit should stand`);
  return at;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function tooLong(source: TokenSource, from: number) {
  return refused(source, from, `has a number of more than ${maxNumberLength} characters`);
}
