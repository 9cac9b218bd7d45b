import type { Failure } from '../../core/failure.ts';
import type { Loss, Lost } from '../../core/loss.ts';
import type { Origin, WholeReply } from '../../core/reply.ts';
import type { Dialect } from '../../dialects/dialect.ts';

const lostHeaderLimit = 4096;

/** The headers that every answer of ours carries. */
export function answerHeaders(requestId: string, origin: Origin): Record<string, string> {
  const headers: Record<string, string> = {
    ...origin.headers,
    'x-request-id': requestId,
    'x-trestle-provider': origin.provider,
    'x-trestle-model': headerText(origin.model),
    'x-trestle-attempts': String(origin.attempts),
  };
  if (origin.lost.length > 0) headers['x-trestle-lost'] = lostHeader(origin.lost);
  return headers;
}

/** A whole answer in the caller's dialect: the provider's own bytes if it speaks that dialect, else spelled anew. */
export function wholeAnswer(
  reply: WholeReply,
  headers: Record<string, string>,
  door: { dialect: Dialect; lost: Lost },
): Response {
  const { wire } = reply.payload;
  const body =
    wire?.dialect === door.dialect.name ? wire.body : door.dialect.response.encode(reply.payload.value, door.lost);
  headers['content-type'] = 'application/json';
  return new Response(body.bytes, { status: 200, headers });
}

/** A failure before the first byte of an answer: a proper status, in the caller's own envelope. */
export function failureAnswer(dialect: Dialect, failure: Failure, requestId: string): Response {
  const { status, headers, body } = dialect.failure.encode(failure, requestId);
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, 'content-type': 'application/json', 'x-request-id': requestId },
  });
}

/** A structured-field list of paths with their reasons, ended between items where it grows too long. */
function lostHeader(losses: readonly Loss[]): string {
  let text = '';
  for (const { path, why } of losses) {
    const item = `"${headerText(path).replace(/[\\"]/g, '\\$&')}";why="${why}"`;
    if (text.length + item.length + 2 > lostHeaderLimit) break;
    text += text === '' ? item : `, ${item}`;
  }
  return text;
}

/** Header values are visible ASCII; what is not is percent-encoded. */
function headerText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return text.toWellFormed().replace(/[^\x20-\x7e]/gu, encodeURIComponent);
}
