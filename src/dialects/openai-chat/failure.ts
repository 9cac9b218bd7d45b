import type { Failure, FailureKind } from '../../core/failure.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { ErrorAnswer, FailureCodec } from '../dialect.ts';
import { waitAsked } from '../waiting.ts';
import { clipped, errorObject, plainWords } from './error-answer.ts';
import { errorFailure } from './error-kind.ts';

/** Errors, both ways. https://platform.openai.com/docs/guides/error-codes */
export const failure: FailureCodec = {
  decode(answer) {
    const said = read(answer);
    const words = said.error['message'];
    const message = typeof words === 'string' && words !== '' ? clipped(words) : plainWords(said.text, answer.status);
    return errorFailure({ ...said.error, message }, answer.status, waitAsked(answer.headers, answer.status));
  },
  encode(problem) {
    return { status: problem.status, headers: headersOf(problem), body: { error: errorBody(problem) } };
  },
  // No `[DONE]` after it: the official SDKs raise an error as soon as a frame has one and read no further, and a reader that
  // does not know of errors must not take a broken answer for a whole one.
  frames: (problem) => [{ data: JSON.stringify({ error: errorBody(problem) }) }],
};

function read({ bytes }: ErrorAnswer): { readonly text: string; readonly error: JsonObject } {
  const text = new TextDecoder().decode(bytes);
  try {
    return { text, error: errorObject(JSON.parse(text)) ?? {} };
  } catch {
    return { text, error: {} };
  }
}

/** OpenAI's own words for what went wrong. A vendor's own are kept where it judged the request or was itself at fault. */
export function errorBody(problem: Failure): JsonObject {
  const { type, code } = words[problem.kind];
  const { details } = problem;
  const vendors = keptKinds.has(problem.kind) ? details : {};
  return {
    message: problem.message,
    type: vendors.type ?? type,
    param: details.param ?? null,
    code: vendors.code ?? code,
    ...vendors.extras,
  };
}

const keptKinds: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'provider-refused',
  'provider-rate-limited',
  'provider-overloaded',
  'provider-failed',
]);

function headersOf(problem: Failure): Readonly<Record<string, string>> {
  const { retryAfterMs } = problem.details;
  return {
    ...(retryAfterMs !== undefined && {
      'retry-after': String(Math.ceil(retryAfterMs / 1000)),
      'retry-after-ms': String(Math.ceil(retryAfterMs)),
    }),
    ...(isPointless(problem) && { 'x-should-retry': 'false' }),
  };
}

/** The SDKs ask again after 408, 409, 429 and every 5xx, unless they are told that it will not help. */
function isPointless(problem: Failure): boolean {
  const { status } = problem;
  const tempting = status === 408 || status === 409 || status === 429 || status >= 500;
  return tempting && pointlessKinds.has(problem.kind);
}

const pointlessKinds: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'resource-conflict',
  'deadline-exceeded',
  'provider-refused',
  'provider-credential-refused',
  'provider-quota-exhausted',
  'gateway-broken',
]);

type Words = { readonly type: string; readonly code: Json };
const caller = (code: Json): Words => ({ type: 'invalid_request_error', code });
const server = (code: Json): Words => ({ type: 'server_error', code });

const words = {
  'request-invalid': caller(null),
  'request-lossy': caller('request_lossy'),
  'body-too-large': caller('request_too_large'),
  'body-timeout': caller('request_timeout'),
  'media-unsupported': caller('unsupported_media_type'),
  'route-unknown': caller('unknown_url'),
  'method-unsupported': caller('method_not_supported'),
  'credential-missing': caller('invalid_api_key'),
  'credential-invalid': caller('invalid_api_key'),
  'permission-denied': caller('insufficient_permissions'),
  // What OpenAI says, with 403, of a model that a project may not use.
  'model-forbidden': caller('model_not_found'),
  'model-unknown': caller('model_not_found'),
  'model-ambiguous': caller('model_ambiguous'),
  'operation-unsupported': caller('unsupported_operation'),
  'resource-unknown': caller('resource_not_found'),
  'resource-conflict': caller('resource_conflict'),
  'caller-gone': caller('request_cancelled'),
  'deadline-exceeded': server('deadline_exceeded'),
  'provider-refused': caller(null),
  'provider-credential-refused': server('provider_credential_refused'),
  'provider-rate-limited': { type: 'requests', code: 'rate_limit_exceeded' },
  'provider-quota-exhausted': { type: 'insufficient_quota', code: 'insufficient_quota' },
  'provider-overloaded': server('provider_overloaded'),
  'provider-failed': server('provider_failed'),
  'provider-unreachable': server('provider_unreachable'),
  'provider-garbled': server('provider_garbled'),
  'provider-timeout': server('provider_timeout'),
  'gateway-draining': server('gateway_draining'),
  'gateway-storage-failed': server('gateway_storage_failed'),
  'gateway-broken': server('gateway_broken'),
} satisfies Record<FailureKind, Words>;
