import type { Failure } from '../core/failure.ts';
import type { JsonObject } from '../core/json.ts';

/** An answer that is an error, in OpenAI's envelope. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

interface Words {
  readonly message: string;
  readonly type: string;
  readonly code?: string;
}

/** As OpenAI words them: https://platform.openai.com/docs/guides/error-codes */
const words: Readonly<Record<number, Words>> = {
  400: { message: 'The request was refused.', type: 'invalid_request_error' },
  401: { message: 'Incorrect API key provided.', type: 'invalid_request_error', code: 'invalid_api_key' },
  402: { message: 'Your account has run out of credit.', type: 'insufficient_quota', code: 'insufficient_quota' },
  403: { message: 'You are not allowed to sample from this model.', type: 'invalid_request_error' },
  404: {
    message: 'The model does not exist or you do not have access to it.',
    type: 'invalid_request_error',
    code: 'model_not_found',
  },
  408: { message: 'Request timeout.', type: 'server_error' },
  409: { message: 'The request conflicts with another one.', type: 'invalid_request_error' },
  413: { message: 'Request too large.', type: 'invalid_request_error' },
  422: { message: 'The request could not be processed.', type: 'invalid_request_error' },
  429: { message: 'Rate limit reached. Please try again later.', type: 'requests', code: 'rate_limit_exceeded' },
  503: { message: 'The server is currently overloaded with other requests. Sorry about that!', type: 'server_error' },
  529: { message: 'The server is overloaded.', type: 'overloaded_error' },
};
const serverError: Words = {
  message: 'The server had an error while processing your request. Sorry about that!',
  type: 'server_error',
};

/** The failure that a caller asked for; `retryAfter` in seconds. */
export function askedRefusal(status: number, retryAfter: number | undefined): Refusal {
  const asked =
    words[status] ??
    (status < 500 ? { message: 'The request was refused.', type: 'invalid_request_error' } : serverError);
  const headers: Record<string, string> = {};
  if (retryAfter !== undefined) {
    headers['retry-after'] = String(Math.ceil(retryAfter));
    headers['retry-after-ms'] = String(Math.round(retryAfter * 1000));
  }
  return { status, headers, body: envelope(asked, null) };
}

/** What breaks an answer that has begun. */
export const brokenOff: JsonObject = envelope(serverError, null);

/** Something that is wrong with the request. */
export function spelledRefusal(failure: Failure): Refusal {
  const { param, code } = failure.details;
  const said = { message: failure.message, type: 'invalid_request_error', ...(code === undefined ? {} : { code }) };
  return { status: failure.status, headers: {}, body: envelope(said, param ?? null) };
}

function envelope({ message, type, code }: Words, param: string | null): JsonObject {
  return { error: { message, type, param, code: code ?? null } };
}
