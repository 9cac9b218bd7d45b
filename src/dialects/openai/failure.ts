import type { Failure, FailureKind } from '../../core/failure.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { FailureCodec } from '../dialect.ts';
import { answeredError } from '../error-answer.ts';
import { errorFailure } from '../error-kind.ts';
import { heeded, retryHeaders } from '../retry-headers.ts';
import { waitAsked } from '../waiting.ts';

/** Errors, both ways. https://platform.openai.com/docs/guides/error-codes */
export const failure: FailureCodec = {
  decode(answer) {
    const { headers, status } = answer;
    return heeded(errorFailure(answeredError(answer), status, waitAsked(headers, status)), headers);
  },
  encode(problem) {
    return {
      status: problem.status,
      headers: retryHeaders(problem, problem.status),
      body: { error: errorBody(problem) },
    };
  },
  // No `[DONE]` after it: the official SDKs raise an error as soon as a frame has one and read no further, and a reader that
  // does not know of errors must not take a broken answer for a whole one.
  frames: (problem) => [{ data: JSON.stringify({ error: errorBody(problem) }) }],
};

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
  // Our own code for what is wrong with a request is OpenAI's.
  'request-invalid',
  // Which of its limits: `requests` or `tokens`.
  'rate-limited',
  'provider-refused',
  'provider-rate-limited',
  'provider-overloaded',
  'provider-failed',
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
  'precondition-failed': caller('precondition_failed'),
  'rate-limited': { type: 'requests', code: 'rate_limit_exceeded' },
  'budget-exhausted': { type: 'insufficient_quota', code: 'insufficient_quota' },
  'price-unknown': caller('price_unknown'),
  'input-unmeasured': caller('input_unmeasured'),
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
  'gateway-stopped': server('gateway_stopped'),
  'gateway-draining': server('gateway_draining'),
  'gateway-storage-failed': server('gateway_storage_failed'),
  'gateway-broken': server('gateway_broken'),
} satisfies Record<FailureKind, Words>;
