import { Failure, type FailureKind, type Retry } from '../core/failure.ts';

/**
 * The headers by which the official SDKs decide whether and when to ask again: how long to wait, and `x-should-retry` where
 * the status alone would mislead them. `status` is the one that is sent.
 */
export function retryHeaders(problem: Failure, status: number): Readonly<Record<string, string>> {
  const { retryAfterMs } = problem.details;
  return {
    ...(retryAfterMs !== undefined && {
      'retry-after': String(Math.ceil(retryAfterMs / 1000)),
      'retry-after-ms': String(Math.ceil(retryAfterMs)),
    }),
    ...(isTempting(status) && isPointless(problem) && { 'x-should-retry': 'false' }),
  };
}

/** A vendor's failure, with what its own headers say of another attempt. */
export function heeded(problem: Failure, headers: Headers): Failure {
  const retry = adviceOf(headers.get('x-should-retry'), problem.traits.retry);
  return retry === undefined ? problem : new Failure(problem.kind, problem.message, { ...problem.details, retry });
}

function adviceOf(advice: string | null, usual: Retry): Retry | undefined {
  if (advice === 'false' && usual === 'same-target') return 'other-target';
  return advice === 'true' && usual === 'never' ? 'same-target' : undefined;
}

/** The SDKs ask again after these, unless they are told that it will not help. */
function isTempting(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

function isPointless({ kind, details }: Failure): boolean {
  return pointlessKinds.has(kind) || (details.retry !== undefined && details.retry !== 'same-target');
}

const pointlessKinds: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'resource-conflict',
  'budget-exhausted',
  'deadline-exceeded',
  'provider-refused',
  'provider-credential-refused',
  'provider-quota-exhausted',
  'gateway-broken',
]);
