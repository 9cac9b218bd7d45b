import type { LogFields } from '../core/ports.ts';
import { scrubbed } from './scrub.ts';

export interface LogLine {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly level: string;
  readonly message: string;
  readonly fields?: LogFields;
}

/** A line of JSON. */
export function spellForMachines({ time, level, message, fields }: LogLine): string {
  const line = { time: new Date(time).toISOString(), level, message: clean(message), ...spelled(fields) };
  return `${printable(JSON.stringify(line))}\n`;
}

/** A short line: local time, level, message, then what belongs to it. */
export function spellForPeople({ time, level, message, fields }: LogLine): string {
  const clock = new Date(time).toTimeString().slice(0, 8);
  const { cause, ...rest } = spelled(fields);
  const parts = Object.entries(rest).map(([name, value]) => `${name}=${String(value)}`);
  if (cause !== undefined) parts.push((cause.stack ?? `${cause.name}: ${cause.message}`).replace(/\s*\n\s*/g, ' | '));
  return `${printable([clock, level.padEnd(5), clean(message), ...parts].join(' '))}\n`;
}

/** The only fields that are ever written, whatever an object at run time carries besides. */
const textFields = ['requestId', 'provider', 'model', 'kind', 'address', 'path'] as const;
const numberFields = ['status', 'ms', 'count'] as const;

interface SpelledFields {
  [field: string]: string | number | SpelledCause;
}

function spelled(fields: LogFields = {}): SpelledFields & { cause?: SpelledCause } {
  const line: SpelledFields & { cause?: SpelledCause } = {};
  for (const name of textFields) {
    const value = fields[name];
    if (value !== undefined) line[name] = clean(value);
  }
  for (const name of numberFields) {
    const value = fields[name];
    if (value !== undefined) line[name] = value;
  }
  if (fields.cause !== undefined) line.cause = causeOf(fields.cause, 0);
  return line;
}

interface SpelledCause {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: SpelledCause;
}

const deepestCause = 3;

function causeOf(thrown: unknown, depth: number): SpelledCause {
  if (!(thrown instanceof Error)) return { name: typeof thrown, message: clean(String(thrown)) };
  const below = thrown.cause === undefined || depth === deepestCause ? {} : { cause: causeOf(thrown.cause, depth + 1) };
  const stack = thrown.stack === undefined ? {} : { stack: clean(thrown.stack) };
  return { name: clean(thrown.name), message: clean(thrown.message), ...stack, ...below };
}

const longestText = 4_000;
/** Beyond this nothing is even looked at, so that a huge text costs no more than a long one. */
const longestLook = 2 * longestText;

function clean(text: string): string {
  const safe = scrubbed(text.length > longestLook ? text.slice(0, longestLook) : text);
  return safe.length > longestText ? `${safe.slice(0, longestText)} …` : safe;
}

/** Control characters, line ends of every kind and marks that turn the writing direction, as escapes. */
function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
