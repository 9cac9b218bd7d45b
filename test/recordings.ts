import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isJsonObject, type Json, type JsonObject } from '../src/core/json.ts';

/** One recorded exchange with an API; `README.md` beside the recordings says what each member means. */
export interface Recording {
  readonly id: string;
  readonly provider: string;
  readonly dialect: string;
  readonly endpoint: string;
  readonly kinds: readonly string[];
  /** `handmade` for our own cases. */
  readonly origin: string;
  readonly stream: boolean;
  readonly model?: string;
  readonly method: string;
  readonly path: string;
  readonly url?: string;
  readonly requestHeaders?: Readonly<Record<string, string>>;
  readonly requestBody?: Json;
  readonly status: number;
  readonly responseHeaders?: Readonly<Record<string, string>>;
  readonly framing: string;
  readonly responseBody?: Json;
  readonly responseChunks?: readonly RecordedChunk[];
  readonly sse?: { readonly newline?: 'LF' | 'CRLF'; readonly noSpace?: boolean; readonly exact?: boolean };
}

/** A server-sent event as recorded. */
export interface RecordedChunk {
  readonly event?: string;
  readonly id?: string;
  readonly retry?: number;
  readonly comment?: string;
  readonly data?: string;
}

/** Whether a missing recording is a failure: somebody pointed at them. */
export const recordingsDemanded: boolean = (process.env['TRESTLE_RECORDINGS'] ?? '') !== '';

const root = resolve(import.meta.dir, '..');
let index: readonly IndexEntry[] | undefined;
let read: { readonly cases: readonly Recording[] | undefined } | undefined;

/**
 * All recorded cases, read once; undefined if there are none on this machine. Throws if `TRESTLE_RECORDINGS` is set and
 * the folder is missing or holds fewer cases than its index lists.
 */
export function recordings(): readonly Recording[] | undefined {
  read ??= { cases: load() };
  return read.cases;
}

/** The recorded cases of one dialect, or of one endpoint of it; none without recordings, and the console says so. */
export function recorded(dialect: string, endpoint?: string): readonly Recording[] {
  const all = recordings();
  if (all !== undefined) return all.filter((one) => isOf(one, dialect, endpoint));
  console.log(`${dialect}: no recordings here (set TRESTLE_RECORDINGS); only the hand-made cases run`);
  return [];
}

/** What the recordings' index lists of one dialect, or of one endpoint of it; none without recordings. */
export function indexed(dialect: string, endpoint?: string): readonly IndexEntry[] {
  return index === undefined ? [] : index.filter((one) => isOf(one, dialect, endpoint));
}

export interface IndexEntry {
  readonly id: string;
  readonly dialect: string;
  readonly endpoint: string;
  readonly status: number;
  readonly framing: string;
}

/** Our own cases in `test/cases/`, in the same shape. */
export function handmade(dialect?: string): readonly Recording[] {
  const folder = join(root, 'test/cases');
  const dialects = dialect === undefined ? readdirSync(folder) : [dialect];
  return dialects.flatMap((name) =>
    readdirSync(join(folder, name))
      .filter((file) => file.endsWith('.json'))
      .sort()
      .flatMap((file) => list(JSON.parse(readFileSync(join(folder, name, file), 'utf8')), file)),
  );
}

function isOf(one: Recording | IndexEntry, dialect: string, endpoint: string | undefined): boolean {
  return one.dialect === dialect && (endpoint === undefined || one.endpoint === endpoint);
}

function load(): readonly Recording[] | undefined {
  const folder = recordingsDemanded
    ? resolve(process.env['TRESTLE_RECORDINGS'] ?? '')
    : join(root, '../shared/recordings');
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    if (recordingsDemanded) throw new Error(`TRESTLE_RECORDINGS points to ${folder}, which is no folder`);
    return undefined;
  }
  const cases = readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .sort()
    .flatMap((file) => lines(join(folder, file)));
  index = list(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')), 'index.json');
  if (recordingsDemanded && cases.length < index.length) {
    throw new Error(`${folder} holds ${cases.length} cases, but its index lists ${index.length}`);
  }
  return cases;
}

function lines(file: string): readonly Recording[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => recording(JSON.parse(line), file));
}

function list(value: unknown, file: string): readonly Recording[] {
  if (!Array.isArray(value)) throw new Error(`${file} should hold a list of cases`);
  return value.map((one) => recording(one, file));
}

function recording(value: unknown, file: string): Recording {
  if (!isRecording(value)) throw new Error(`${file} holds something that is no case`);
  return value;
}

function isRecording(value: unknown): value is JsonObject & Recording {
  return isJsonObject(value) && typeof value['id'] === 'string' && typeof value['dialect'] === 'string';
}
