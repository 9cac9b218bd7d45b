import { isUtf8 } from 'node:buffer';
import type { Failure } from '../core/failure.ts';
import { firstBadUtf8, notAnObject, pathOf, refused, shown } from './json-refusal.ts';
import { afterSpace, scalarEnd, stringEnd, type TokenSource } from './json-token.ts';
import { stringText, utf8Bytes } from './text.ts';

/** A top-level member, by byte offsets; ends are exclusive. Between key and value stand a colon and white space. */
export interface JsonMember {
  /** Decoded: `"mod\u0065l"` is `model`. */
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** A member below the top level whose key somebody asked for. */
export interface WatchedMember {
  readonly key: string;
  /** Where it stands: `messages[2].content[0].image_url`. */
  readonly path: string;
  readonly valueStart: number;
  readonly valueEnd: number;
}

export interface JsonScan {
  /** The top-level members by key, in the order of the text. */
  readonly members: ReadonlyMap<string, JsonMember>;
  /** In the order in which they end. */
  readonly watched: readonly WatchedMember[];
}

/** Keys to look out for below top-level members. */
export type JsonWatch = ReadonlyMap<string, WatchedKeys>;

interface WatchedKeys {
  /** By their hashes. */
  readonly keys: ReadonlyMap<number, string>;
  /** In numbers of the trail. */
  readonly deepest: number;
}

/** Prepares keys for `scanJson`, by the top-level member below which they are looked for, at most so many steps from the top. */
export function watchFor(wanted: {
  readonly [member: string]: { readonly keys: readonly string[]; readonly steps?: number };
}): JsonWatch {
  return new Map(
    Object.entries(wanted).map(([member, { keys, steps = maxDepth }]) => [
      member,
      { keys: new Map(keys.map((key) => [hashOf(key), key])), deepest: 2 * steps },
    ]),
  );
}

/**
 * Reads the structure of a JSON object in one pass without decoding it, and takes only what every parser behind us
 * understands alike: strict JSON in UTF-8 without a byte order mark, at most 64 levels, no key twice in one object, no half
 * surrogate pair, no `__proto__`. Throws `Failure('request-invalid')` with the path, naming the byte.
 */
export function scanJson(bytes: Uint8Array, watch: JsonWatch = noWatch): JsonScan {
  const job: Job = {
    bytes,
    watch,
    watching: undefined,
    members: new Map(),
    watched: [],
    trail: [],
    keys: [],
    nextQuote: -1,
    nextEscape: -1,
  };
  if (!isUtf8(bytes)) throw refused(job, firstBadUtf8(bytes), 'is not valid UTF-8');
  const start = afterSpace(bytes, 0);
  if (bytes[start] !== openBrace) throw refused(job, start, notAnObject(bytes, start));
  const end = afterSpace(bytes, objectEnd(job, start + 1));
  if (end < bytes.length) throw refused(job, end, `goes on with ${shown(bytes, end)} after its end`);
  return { members: job.members, watched: job.watched };
}

const noWatch: JsonWatch = new Map();

interface Job extends TokenSource {
  readonly watch: JsonWatch;
  /** What is looked out for where we are. */
  watching: WatchedKeys | undefined;
  readonly members: Map<string, JsonMember>;
  readonly watched: WatchedMember[];
  /** Three numbers for each key of the objects that are open: hash, start, end. */
  readonly keys: number[];
}

const maxDepth = 64;
/** More than any API takes; a body that is nothing but keys is refused early. */
const maxMembers = 10_000;
/** Up to so many keys are compared one by one; beyond, a Set is faster. */
const fewKeys = 8;

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Reads an object from behind its brace; answers where it ends. */
function objectEnd(job: Job, from: number): number {
  const { bytes, trail, keys, watch } = job;
  const level = enter(job, from);
  const firstKey = keys.length;
  let names: Set<string> | undefined;
  let at = afterSpace(bytes, from);
  if (bytes[at] === closeBrace) return at + 1;
  for (let count = 1; ; count++) {
    const keyStart = at;
    const keyEnd = readKey(job, at);
    trail[level] = keyStart;
    trail[level + 1] = keyEnd;
    if (count > maxMembers) throw refused(job, keyStart, `has an object with more than ${maxMembers} members`);
    if (count > fewKeys) names = nameKeys(job, firstKey, names);
    else compareKeys(job, firstKey);
    at = afterSpace(bytes, keyEnd);
    if (bytes[at] !== 0x3a) throw missing(job, at, 'a colon');
    const valueStart = afterSpace(bytes, at + 1);
    const key = level === 0 ? stringText(bytes, keyStart, keyEnd) : '';
    if (level === 0) job.watching = watch.get(key);
    const valueEnd = endOf(job, valueStart);
    if (level === 0) job.members.set(key, { key, keyStart, keyEnd, valueStart, valueEnd });
    else if (isWatched(job)) job.watched.push({ key: lastKey(job), path: pathOf(job), valueStart, valueEnd });
    trail.length = level;
    at = afterSpace(bytes, valueEnd) + 1;
    if (bytes[at - 1] === closeBrace) break;
    if (bytes[at - 1] !== comma) throw missing(job, at - 1, 'a comma or a closing brace');
    at = afterSpace(bytes, at);
  }
  keys.length = firstKey;
  return at;
}

/** Whether somebody asked for the key of the member read last. */
function isWatched(job: Job): boolean {
  const { watching, keys, trail } = job;
  if (watching === undefined || trail.length > watching.deepest) return false;
  const key = watching.keys.get(keys[keys.length - 3] ?? 0);
  return key !== undefined && key === lastKey(job);
}

function lastKey(job: Job): string {
  return keyAt(job, job.keys.length - 3);
}

function arrayEnd(job: Job, from: number): number {
  const { bytes, trail } = job;
  const level = enter(job, from);
  let at = afterSpace(bytes, from);
  if (bytes[at] === closeBracket) return at + 1;
  for (let index = 0; ; index++) {
    trail[level] = -1;
    trail[level + 1] = index;
    at = afterSpace(bytes, endOf(job, at)) + 1;
    if (bytes[at - 1] === closeBracket) break;
    if (bytes[at - 1] !== comma) throw missing(job, at - 1, 'a comma or a closing bracket');
    at = afterSpace(bytes, at);
  }
  trail.length = level;
  return at;
}

/** Where the trail goes on for a new container; refuses one too many. */
function enter({ bytes, trail }: Job, from: number): number {
  const level = trail.length;
  if (level < 2 * maxDepth) return level;
  throw refused({ bytes, trail: trail.slice(0, 4) }, from - 1, `is nested deeper than ${maxDepth} levels`);
}

/** Where the value that begins here ends. */
function endOf(job: Job, at: number): number {
  switch (job.bytes[at]) {
    case quote:
      return stringEnd(job, at + 1);
    case openBrace:
      return objectEnd(job, at + 1);
    case openBracket:
      return arrayEnd(job, at + 1);
    default:
      return scalarEnd(job, at);
  }
}

function missing(job: Job, at: number, what: string): Failure {
  return refused(job, at, `has ${shown(job.bytes, at)} where ${what} should stand`);
}

/** Reads a key and notes its hash and place; answers where it ends. */
function readKey(job: Job, start: number): number {
  const { bytes, keys } = job;
  if (bytes[start] !== quote) throw missing(job, start, 'a key in double quotes');
  let hash = 0;
  for (let at = start + 1; ; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) {
      if (hash === protoHash && stringText(bytes, start, at + 1) === '__proto__') throw proto(job, start);
      keys.push(hash, start, at + 1);
      return at + 1;
    }
    if (byte === backslash || byte < 0x20) break;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  const end = stringEnd(job, start + 1);
  const text = stringText(bytes, start, end);
  if (text === '__proto__') throw proto(job, start);
  keys.push(hashOf(text), start, end);
  return end;
}

/** The hash of a key as decoded, over its UTF-8 bytes. */
function hashOf(key: string): number {
  let hash = 0;
  for (const byte of utf8Bytes(key)) hash = (Math.imul(hash, 31) + byte) | 0;
  return hash;
}

const protoHash = hashOf('__proto__');

function proto(job: Job, at: number): Failure {
  return refused(job, at, 'has the key "__proto__", which no API knows and some programs misread,');
}

/** Compares the key read last with those before it in its object. */
function compareKeys(job: Job, firstKey: number): void {
  const { keys } = job;
  const last = keys.length - 3;
  const hash = keys[last];
  for (let at = firstKey; at < last; at += 3) {
    if (keys[at] === hash && keyAt(job, at) === keyAt(job, last)) throw duplicate(job, last);
  }
}

/** The same for an object with many keys: a Set takes the place of their notes, but for the last. */
function nameKeys(job: Job, firstKey: number, known: Set<string> | undefined): Set<string> {
  const { keys } = job;
  const last = keys.length - 3;
  const names = known ?? new Set();
  if (known === undefined) for (let at = firstKey; at < last; at += 3) names.add(keyAt(job, at));
  const key = keyAt(job, last);
  if (names.has(key)) throw duplicate(job, last);
  names.add(key);
  keys.copyWithin(firstKey, last);
  keys.length = firstKey + 3;
  return names;
}

function keyAt({ bytes, keys }: Job, at: number): string {
  return stringText(bytes, keys[at + 1] ?? 0, keys[at + 2] ?? 0);
}

function duplicate(job: Job, at: number): Failure {
  const key = JSON.stringify(keyAt(job, at).slice(0, 64));
  return refused(job, job.keys[at + 1] ?? 0, `has the key ${key} a second time in the same object`);
}
