import { expect } from 'bun:test';
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import type { RecordedChunk } from '../recordings.ts';
import type { Heard } from './hearing.ts';
import { asksForUsage, type Ending, isTorn, isUsageChunk, objectIn, type ReplayCall } from './replay-calls.ts';
import type { Played } from './replay-pass.ts';

/** What a caller hears of a call, or must hear: then with matchers where Trestle chooses its own words. */
export interface Hearing {
  readonly answer?: unknown;
  readonly chunks: readonly unknown[];
  readonly problem?: unknown;
}

/** What was heard, to be compared. */
export function heardOf({ answer, chunks, problem }: Heard): Hearing {
  return { answer, chunks, problem };
}

/** What must be heard through Trestle: told from what the same SDK heard without it, and from the recording. */
export function expectedOf(played: Played): Hearing {
  return endings[played.call.ending](played);
}

const endings: Readonly<Record<Ending, (played: Played) => Hearing>> = {
  'as-is': ({ call, direct: { answer, chunks, problem } }) => ({
    answer: parsedAnswer(answer),
    chunks: shownChunks(call, chunks),
    problem,
  }),
  'no-end-mark': ({ call, direct: { chunks, problem } }) => ({
    chunks: shownChunks(call, chunks),
    problem:
      isTorn(call) && problem !== undefined
        ? problem
        : problemLike({ name: 'APIError', status: undefined, code: 'provider_garbled', message: noEndMark }),
  }),
  'stream-error': brokenStream,
  mistyped: () =>
    refusedWith({ name: 'InternalServerError', status: 502, code: 'provider_garbled', message: notAStream }),
  refused: ({ call, direct }) => refusedWith(refusal(call, direct)),
  credential: () =>
    refusedWith({
      name: 'InternalServerError',
      status: 502,
      code: 'provider_credential_refused',
      type: 'server_error',
      message: ourCredential,
    }),
  quota: () =>
    refusedWith({
      name: 'RateLimitError',
      status: 429,
      code: 'insufficient_quota',
      type: 'insufficient_quota',
      message: ourAccount,
    }),
  failed: ({ call }) =>
    refusedWith({
      name: 'InternalServerError',
      status: call.recording.status === 503 ? 503 : 502,
      message: vendorsWords(call),
    }),
  invalid: () =>
    refusedWith({ name: 'BadRequestError', status: 400, param: 'messages', type: 'invalid_request_error' }),
};

const noEndMark = expect.stringContaining('ended its stream before the end mark');
const notAStream = expect.stringContaining('was asked for a stream and answered with');
/** The whole of what a caller may learn of our credential and our account. */
const ourCredential =
  '502 The provider does not accept the credential that this gateway has for it; its operator must renew or replace it.';
const ourAccount =
  "429 The gateway's account at the provider has no credit left; its operator must top it up, or use another provider.";

/** Some recordings have lost their content type: then the SDK alone gives text. Trestle always says that it is JSON. */
function parsedAnswer(answer: unknown): unknown {
  return typeof answer === 'string' ? (objectIn(answer) ?? answer) : answer;
}

/** Without the chunk that is there for its usage alone, unless the caller asks for it. */
function shownChunks(call: ReplayCall, chunks: readonly unknown[]): readonly unknown[] {
  return asksForUsage(call) ? chunks : chunks.filter((chunk) => !isUsageChunk(chunk));
}

interface ProblemLike {
  readonly name: string;
  readonly status: number | undefined;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly param?: unknown;
  readonly message?: unknown;
}

function problemLike(problem: ProblemLike): unknown {
  return expect.objectContaining({ ...problem });
}

function refusedWith(problem: ProblemLike): Hearing {
  return { chunks: [], problem: problemLike(problem) };
}

/** The same class and the vendor's own words; what it left out or null may be filled in, and OpenAI's codes are text. */
function refusal(call: ReplayCall, { problem }: Heard): ProblemLike {
  const { status, responseBody } = call.recording;
  const error = errorIn(responseBody);
  const stated = status === 200 ? Number(error['status']) : status;
  return {
    name: problem?.name ?? 'BadRequestError',
    status: stated,
    message: typeof error['message'] === 'string' ? `${stated} ${error['message']}` : vendorsWords(call),
    ...givenWords(error),
  };
}

function errorIn(said: Json | undefined): JsonObject {
  const error = isJsonObject(said) ? said['error'] : undefined;
  return isJsonObject(error) ? error : {};
}

function givenWords({ code, type, param }: JsonObject): Pick<ProblemLike, 'code' | 'type' | 'param'> {
  const given = Object.entries({ code, type, param }).filter(
    ([, word]) => word !== undefined && word !== null && word !== '',
  );
  return Object.fromEntries(given.map(([name, word]) => [name, String(word)]));
}

/** Every text that a vendor says to people in an error of whatever shape, in order; of a web page its title. */
function vendorsWords({ recording: { responseBody = null } }: ReplayCall): unknown {
  const page = typeof responseBody === 'string' ? /<title>(.*?)<\/title>/.exec(responseBody)?.[1] : undefined;
  const words = page === undefined ? textsIn(responseBody) : [page];
  return expect.stringMatching(
    new RegExp(words.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('.*'), 's'),
  );
}

function textsIn(said: Json): readonly string[] {
  if (typeof said === 'string') return [said];
  if (Array.isArray(said)) return said.flatMap(textsIn);
  if (!isJsonObject(said)) return [];
  return ['error', 'errors', 'detail', 'message', 'msg'].flatMap((name) => textsIn(said[name] ?? null));
}

/**
 * All chunks before the error, then the error in the vendor's words. One that comes before anything was produced may still
 * have become a status, for then the call counts as not begun.
 */
function brokenStream({ call, through }: Played): Hearing {
  const frames = call.recording.responseChunks ?? [];
  const at = frames.findIndex((frame) => errorOf(frame) !== undefined);
  const before = frames
    .slice(0, at)
    .map(({ data }) => objectIn(data))
    .filter((chunk) => chunk !== undefined);
  const error = errorOf(frames[at]) ?? {};
  const { status } = through.problem ?? {};
  const message = typeof error['message'] === 'string' ? error['message'] : '';
  if (status !== undefined && !before.some(hasOutput)) {
    return refusedWith({ name: expect.any(String), status, message: `${status} ${message}` });
  }
  return {
    chunks: before,
    problem: problemLike({ name: 'APIError', status: undefined, message, ...givenWords(error) }),
  };
}

function errorOf(frame: RecordedChunk | undefined): JsonObject | undefined {
  const said = objectIn(frame?.data);
  if (said === undefined) return undefined;
  const { error } = said;
  if (typeof error === 'string') return { message: error };
  if (isJsonObject(error)) return error;
  return frame?.event === 'error' ? said : undefined;
}

/** Whether an answer or a chunk says something. */
export function hasOutput({ choices }: JsonObject): boolean {
  return (
    Array.isArray(choices) &&
    choices.some((choice) => /"(content|arguments|reasoning\w*)":"[^"]/.test(JSON.stringify(choice)))
  );
}
