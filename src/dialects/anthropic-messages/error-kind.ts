import type { Failure } from '../../core/failure.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { errorObject } from '../error-answer.ts';
import { errorFailure as sharedFailure } from '../error-kind.ts';

/**
 * Understands an error object, `{type, message, details}`: by the status, or by its type word where the answer had begun.
 * https://platform.claude.com/docs/en/api/errors
 */
export function errorFailure(error: JsonObject, status: number | undefined, retryAfterMs?: number): Failure {
  const { details } = error;
  const code = isJsonObject(details) ? details['error_code'] : undefined;
  const said = typeof code === 'string' ? { ...error, code } : error;
  return sharedFailure(said, meantStatus(said) ?? status, retryAfterMs);
}

/** The failure that an answer or a frame tells of: `{type: 'error', error}`, or what compatible vendors write instead. */
export function saidFailure(said: JsonObject): Failure | undefined {
  if (said['type'] !== 'error' && !said['error']) return undefined;
  return errorFailure(errorObject(said) ?? {}, undefined);
}

/**
 * What is wrong with our account comes as 400 or 429, as if the caller's request or pace were. Codes tell it; for an account
 * without credit or over its own limit only the sentence does. https://github.com/anthropics/claude-code/issues/66314
 */
function meantStatus({ type, code, message }: JsonObject): number | undefined {
  const known = typeof code === 'string' ? accountCodes[code] : undefined;
  if (known !== undefined) return known;
  const isBroke = type === 'invalid_request_error' && typeof message === 'string' && brokeWords.test(message);
  return isBroke ? paymentRequired : undefined;
}

const paymentRequired = 402;
const unauthorised = 401;
const brokeWords = /^(your credit balance is too low|you have reached your specified api usage limits)\b/i;

const accountCodes: Readonly<Record<string, number>> = {
  enforced_spend_limit_reached: paymentRequired,
  organization_on_hold: unauthorised,
  claude_code_key_creator_not_member: unauthorised,
  cmek_key_disabled: unauthorised,
  cmek_key_network_blocked: unauthorised,
};
