import type { Wishes } from '../../core/call.ts';
import { Failure } from '../../core/failure.ts';
import { isJsonObject } from '../../core/json.ts';

const limits = { metadataBytes: 4096, tags: 32, tagLength: 64, userLength: 256, sandboxLength: 1024 } as const;

const none: Wishes = { strict: false, tags: [] };

/** Reads what the caller says in `x-trestle-…` headers. One that cannot be read is refused, never ignored. */
export function wishesOf(headers: Headers): Wishes {
  const strict = headers.get('x-trestle-strict');
  const endUser = headers.get('x-trestle-user');
  const tags = headers.get('x-trestle-tags');
  const metadata = headers.get('x-trestle-metadata');
  const sandbox = headers.get('x-trestle-sandbox');
  if (strict === null && endUser === null && tags === null && metadata === null && sandbox === null) return none;
  return {
    strict: strict !== null && readSwitch('x-trestle-strict', strict),
    tags: tags === null ? [] : readTags(tags),
    ...(endUser === null ? {} : { endUser: within('x-trestle-user', endUser, limits.userLength) }),
    ...(metadata === null ? {} : { metadata: readMetadata(metadata) }),
    ...(sandbox === null ? {} : { sandbox: within('x-trestle-sandbox', sandbox, limits.sandboxLength) }),
  };
}

/** The time the caller gives the whole call, its stream included, in milliseconds. */
export function timeoutOf(headers: Headers): number | undefined {
  const text = headers.get('x-trestle-timeout-ms');
  if (text === null) return undefined;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (ms < 1) throw refused('x-trestle-timeout-ms', 'takes a whole number of milliseconds, at least 1');
  return ms;
}

function readSwitch(name: string, text: string): boolean {
  const value = text.toLowerCase();
  if (value !== 'true' && value !== 'false') throw refused(name, 'takes true or false');
  return value === 'true';
}

function readTags(text: string): readonly string[] {
  const tags = text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  if (tags.length > limits.tags || tags.some((tag) => tag.length > limits.tagLength)) {
    throw refused('x-trestle-tags', `takes at most ${limits.tags} tags of at most ${limits.tagLength} characters`);
  }
  return tags;
}

function readMetadata(text: string): string {
  within('x-trestle-metadata', text, limits.metadataBytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (!isJsonObject(value)) throw refused('x-trestle-metadata', 'takes a JSON object');
  return text;
}

function within(name: string, text: string, length: number): string {
  if (text.length > length) throw refused(name, `takes at most ${length} characters`);
  return text;
}

function refused(name: string, takes: string): Failure {
  return new Failure('request-invalid', `The header ${name} ${takes}.`, { param: name });
}
