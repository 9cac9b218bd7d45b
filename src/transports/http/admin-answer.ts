import type { Failure } from '../../core/failure.ts';
import { docsOf } from './openapi.ts';

/** JSON that nobody may keep, frame or take for something else: answers hold secrets. */
export function adminAnswer(
  requestId: string,
  { status, body, headers = {} }: { status: number; body: string; headers?: Readonly<Record<string, string>> },
): Response {
  return new Response(body, { status, headers: { ...headers, ...guards, 'x-request-id': requestId } });
}

/** A table to be kept as a file, which no browser shows. */
export function csvAnswer(requestId: string, name: string, text: ReadableStream<Uint8Array>): Response {
  const headers = {
    ...{ ...guards, 'content-type': 'text/csv; charset=utf-8', 'x-request-id': requestId },
    'content-disposition': `attachment; filename="${name}.csv"`,
  };
  return new Response(text, { status: 200, headers });
}

/** A failure in the envelope of the management API. */
export function refusal(requestId: string, failure: Failure, headers: Readonly<Record<string, string>> = {}): Response {
  const error = {
    kind: failure.kind,
    message: failure.message,
    param: failure.details.param ?? null,
    docs: docsOf(failure.kind),
    request_id: requestId,
  };
  return adminAnswer(requestId, {
    status: failure.status,
    body: JSON.stringify({ error }),
    headers: { ...headers, ...refusalHeaders(failure) },
  });
}

const guards = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
} as const;

function refusalHeaders({ status, details }: Failure): Record<string, string> {
  return {
    ...(status === 401 ? { 'www-authenticate': 'Bearer realm="trestle"' } : {}),
    ...(details.retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(details.retryAfterMs / 1000)) }),
  };
}
