import { Failure, type FailureDetails, type FailureKind } from '../core/failure.ts';
import type { Json, JsonObject } from '../core/json.ts';

/**
 * Understands a provider's error object: its kind by the status, or by the object's own words where there is no status
 * because the answer had begun. The vendor's words are kept, save about our account and our credential, which are no
 * caller's business; `retryAfterMs` is what the answer's headers ask for.
 * https://platform.openai.com/docs/guides/error-codes
 */
export function errorFailure(error: JsonObject, status: number | undefined, retryAfterMs?: number): Failure {
  const stated = status !== undefined && status >= 400 ? status : statedIn(error);
  const kind = kindOf(stated, wordsOf(error));
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (kind === 'provider-credential-refused') return new Failure(kind, sentences[kind], wait);
  if (kind === 'provider-quota-exhausted') return new Failure(kind, sentences[kind], { code: 'insufficient_quota' });
  const kept = kind === 'provider-refused' && stated !== undefined ? { status: stated } : {};
  return new Failure(kind, messageOf(error) ?? sentences[kind], { ...kept, ...wait, ...detailsOf(error) });
}

/** The kinds of failure that an error object can tell of. */
type ErrorKind = keyof typeof sentences;

/** What is said when the provider says nothing, or nothing to repeat. */
const sentences = {
  'provider-credential-refused':
    'The provider does not accept the credential that this gateway has for it; its operator must renew or replace it.',
  'provider-quota-exhausted':
    "The gateway's account at the provider has no credit left; its operator must top it up, or use another provider.",
  'provider-rate-limited': 'The provider limits the rate of requests; wait a little, then ask again.',
  'provider-overloaded': 'The provider has no capacity at the moment; wait a little, then ask again.',
  'provider-timeout': 'The provider took too long over this request and gave up.',
  'provider-failed': 'The provider failed and did not say why.',
  'provider-refused': 'The provider refused this request and did not say why.',
} satisfies Partial<Record<FailureKind, string>>;

/** Without a status, the object's own number: OpenRouter's `code: 429`, Groq's `status_code: 400`. */
function statedIn(error: JsonObject): number | undefined {
  const numbers = [error['status'], error['status_code'], error['http_status_code'], error['code']].map(Number);
  return numbers.find((number) => Number.isInteger(number) && number >= 400 && number <= 599);
}

function wordsOf({ type, code, status }: JsonObject): string {
  return [type, code, status]
    .filter((word) => typeof word === 'string')
    .join(' ')
    .toLowerCase();
}

function kindOf(status: number | undefined, words: string): ErrorKind {
  if (status === undefined) return wordKinds.find(([pattern]) => pattern.test(words))?.[1] ?? 'provider-failed';
  if (status === 401 || status === 403) return 'provider-credential-refused';
  if (status === 402) return 'provider-quota-exhausted';
  if (status === 429) {
    if (quotaWords.test(words)) return 'provider-quota-exhausted';
    return overloadWords.test(words) ? 'provider-overloaded' : 'provider-rate-limited';
  }
  if (status === 408 || status === 504) return 'provider-timeout';
  if (status === 503 || status === 529) return 'provider-overloaded';
  if (status >= 500) return overloadWords.test(words) ? 'provider-overloaded' : 'provider-failed';
  return 'provider-refused';
}

const quotaWords = /insufficient_(quota|balance|credits?|funds)|exceeded_current_quota|billing_|payment_required/;
const overloadWords = /overloaded|unavailable|capacity|server_busy/;

/** What types and codes mean where there is no status, the first that fits. */
const wordKinds: readonly (readonly [RegExp, ErrorKind])[] = [
  [quotaWords, 'provider-quota-exhausted'],
  [overloadWords, 'provider-overloaded'],
  [/rate.?limit|too.?many.?requests|throttl|resource_exhausted/, 'provider-rate-limited'],
  [/authentication|invalid_api_key|unauthorized|permission/, 'provider-credential-refused'],
  [/time.?out/, 'provider-timeout'],
  [
    /invalid_request|invalid_argument|bad_request|context_length|content_filter|not_found_error|request_too_large|conflict_error/,
    'provider-refused',
  ],
];

const longestMessage = 4000;

function messageOf({ message }: JsonObject): string | undefined {
  if (typeof message !== 'string' || message.trim() === '') return undefined;
  return message.slice(0, longestMessage).replace(accountIds, '***');
}

/** OpenAI names the organisation or project whose limit was reached. */
const accountIds = /\b(?:org-|proj_|sk-)[A-Za-z0-9]{12,}/g;

function detailsOf({ message: _, code, type, param, ...extras }: JsonObject): FailureDetails {
  return {
    ...(isWord(code) ? { code: String(code) } : {}),
    ...(isWord(type) ? { type: String(type) } : {}),
    ...(typeof param === 'string' ? { param } : {}),
    ...(Object.keys(extras).length > 0 ? { extras } : {}),
  };
}

function isWord(value: Json | undefined): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && value !== '');
}
