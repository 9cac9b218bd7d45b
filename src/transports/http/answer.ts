import type { Failure } from '../../core/failure.ts';
import type { Loss } from '../../core/loss.ts';
import type { Emulation, Origin, WholeReply } from '../../core/reply.ts';
import type { Dialect } from '../../dialects/dialect.ts';

const listHeaderLimit = 4096;

/** The id of a request, under our name for it and under the one that this dialect's SDK looks for. */
export function requestIds({ requestIdHeader }: Dialect, requestId: string): Record<string, string> {
  const ids: Record<string, string> = { 'x-request-id': requestId };
  if (requestIdHeader !== undefined) ids[requestIdHeader] = requestId;
  return ids;
}

/** The headers that every answer of ours carries. */
export function answerHeaders(dialect: Dialect, requestId: string, origin: Origin): Record<string, string> {
  const headers: Record<string, string> = {
    ...origin.headers,
    'x-request-id': requestId,
    'x-trestle-provider': origin.provider,
    'x-trestle-model': headerText(origin.model),
    'x-trestle-attempts': String(origin.attempts),
  };
  if (dialect.requestIdHeader !== undefined) headers[dialect.requestIdHeader] = requestId;
  if (origin.standing !== undefined) Object.assign(headers, dialect.standing(origin.standing()));
  if (origin.estimated === true) headers['x-trestle-estimated'] = 'true';
  if (origin.lost.length > 0) headers['x-trestle-lost'] = listHeader(origin.lost.map(lostItem));
  if (origin.emulated.length > 0) headers['x-trestle-emulated'] = listHeader(origin.emulated.map(emulatedItem));
  return headers;
}

/** A whole answer, which comes to a door in the dialect that is spoken there. */
export function wholeAnswer({ payload: { wire } }: WholeReply, headers: Record<string, string>): Response {
  if (wire === undefined) throw new Error('an answer came to the door unspelled');
  headers['content-type'] = 'application/json';
  return new Response(wire.body.bytes, { status: 200, headers });
}

/** A failure before the first byte of an answer: a proper status, in the caller's own envelope. */
export function failureAnswer(dialect: Dialect, failure: Failure, requestId: string): Response {
  const { status, headers, body } = dialect.failure.encode(failure, requestId);
  const { standing } = failure.details;
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...headers,
      ...(standing && dialect.standing(standing())),
      'content-type': 'application/json',
      ...requestIds(dialect, requestId),
    },
  });
}

function lostItem({ path, why }: Loss): string {
  return `${quoted(path)};why="${why}"`;
}

function emulatedItem({ path, how }: Emulation): string {
  return `${quoted(path)};how="${how}"`;
}

/** A structured-field list, ended between items where it grows too long. */
function listHeader(items: readonly string[]): string {
  let text = '';
  for (const item of items) {
    if (text.length + item.length + 2 > listHeaderLimit) break;
    text += text === '' ? item : `, ${item}`;
  }
  return text;
}

function quoted(path: string): string {
  return `"${headerText(path).replace(/[\\"]/g, '\\$&')}"`;
}

/** Header values are visible ASCII; what is not is percent-encoded. */
function headerText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return text.toWellFormed().replace(/[^\x20-\x7e]/gu, encodeURIComponent);
}
