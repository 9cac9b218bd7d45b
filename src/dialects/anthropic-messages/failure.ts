import { Failure, type FailureKind } from '../../core/failure.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { FailureCodec } from '../dialect.ts';
import { answeredError } from '../error-answer.ts';
import { heeded, retryHeaders } from '../retry-headers.ts';
import { waitAsked } from '../waiting.ts';
import { errorFailure } from './error-kind.ts';

/** Errors, both ways. https://platform.claude.com/docs/en/api/errors */
export const failure: FailureCodec = {
  decode(answer) {
    const said = errorFailure(answeredError(answer), answer.status, waitAsked(answer.headers, answer.status));
    return traceable(heeded(said, answer.headers), answer.headers.get('request-id'));
  },
  encode(problem, requestId) {
    const status = statusOf(problem);
    return {
      status,
      headers: { 'request-id': requestId, ...retryHeaders(problem, status) },
      body: errorBody(problem, requestId),
    };
  },
  // The official SDKs raise an error at this event and read no further; a `message_stop` would make the answer look whole.
  frames: (problem, requestId) => [{ event: 'error', data: JSON.stringify(errorBody(problem, requestId)) }],
};

/** With the id, for the log, under which the vendor knows the call. */
function traceable(said: Failure, id: string | null): Failure {
  if (id === null) return said;
  return new Failure(said.kind, said.message, { ...said.details, cause: `Anthropic's request ${id}` });
}

function errorBody(problem: Failure, requestId: string): JsonObject {
  return { type: 'error', error: errorObject(problem), ...(requestId !== '' && { request_id: requestId }) };
}

/** Anthropic's own words for what went wrong. A vendor's own are kept where it judged the request or was itself at fault. */
function errorObject({ kind, message, details }: Failure): JsonObject {
  const vendors = keptKinds.has(kind) ? details : {};
  const { details: said, ...rest } = vendors.extras ?? {};
  const told = {
    ...(isJsonObject(said) && said),
    ...(vendors.code !== undefined && { error_code: vendors.code }),
    ...(details.param !== undefined && { param: details.param }),
  };
  const type =
    vendors.type !== undefined && tellingWords.has(vendors.type) ? vendors.type : typeOf(kind, details.status);
  return { type, message, ...(Object.keys(told).length > 0 && { details: told }), ...rest };
}

const keptKinds: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'provider-refused',
  'provider-rate-limited',
  'provider-overloaded',
  'provider-failed',
]);

function typeOf(kind: FailureKind, status: number | undefined): string {
  return (kind === 'provider-refused' ? refusalWords[status ?? 400] : undefined) ?? words[kind];
}

/** A judgement of another dialect's vendor, by its status. */
const refusalWords: Readonly<Record<number, string>> = {
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
};

/** Anthropic has statuses of its own for an overload and for an account without credit. */
function statusOf(problem: Failure): number {
  return problem.details.status ?? statuses[problem.kind] ?? problem.status;
}

const statuses: { readonly [Kind in FailureKind]?: number } = {
  'budget-exhausted': 402,
  'provider-quota-exhausted': 402,
  'provider-overloaded': 529,
};

const words = {
  'request-invalid': 'invalid_request_error',
  'request-lossy': 'invalid_request_error',
  'body-too-large': 'request_too_large',
  'body-timeout': 'timeout_error',
  'media-unsupported': 'invalid_request_error',
  'route-unknown': 'not_found_error',
  'method-unsupported': 'invalid_request_error',
  'credential-missing': 'authentication_error',
  'credential-invalid': 'authentication_error',
  'permission-denied': 'permission_error',
  'model-forbidden': 'permission_error',
  'model-unknown': 'not_found_error',
  'model-ambiguous': 'invalid_request_error',
  'operation-unsupported': 'invalid_request_error',
  'resource-unknown': 'not_found_error',
  'resource-conflict': 'conflict_error',
  'precondition-failed': 'invalid_request_error',
  'rate-limited': 'rate_limit_error',
  'budget-exhausted': 'billing_error',
  'price-unknown': 'permission_error',
  'input-unmeasured': 'invalid_request_error',
  'caller-gone': 'invalid_request_error',
  'deadline-exceeded': 'timeout_error',
  'provider-refused': 'invalid_request_error',
  'provider-credential-refused': 'api_error',
  'provider-rate-limited': 'rate_limit_error',
  'provider-quota-exhausted': 'billing_error',
  'provider-overloaded': 'overloaded_error',
  'provider-failed': 'api_error',
  'provider-unreachable': 'api_error',
  'provider-garbled': 'api_error',
  'provider-timeout': 'timeout_error',
  'gateway-stopped': 'api_error',
  'gateway-draining': 'api_error',
  'gateway-storage-failed': 'api_error',
  'gateway-broken': 'api_error',
} satisfies Record<FailureKind, string>;

/** Without the one that OpenAI has too, and says whatever the status. */
const tellingWords: ReadonlySet<string> = new Set(
  Object.values(words).filter((word) => word !== 'invalid_request_error'),
);
