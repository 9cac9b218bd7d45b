import type { Json } from './json.ts';
import type { TellStanding } from './standing.ts';

/** Whose doing a failure is. Only a provider's is worth another attempt; only a caller's is theirs to mend. */
export type Fault = 'caller' | 'gateway' | 'provider';

/** Where another attempt may go: nowhere, to the same target, or only to another one. */
export type Retry = 'never' | 'same-target' | 'other-target';

export interface FailureTraits {
  /** The HTTP status at our door, unless the failure carries the vendor's own. */
  readonly status: number;
  readonly fault: Fault;
  readonly retry: Retry;
}

/** The one table of everything that can go wrong. Retry, fallback, log and doors read these traits; nobody compares messages. */
export const failures = {
  'request-invalid': { status: 400, fault: 'caller', retry: 'never' },
  'request-lossy': { status: 400, fault: 'caller', retry: 'never' },
  'body-too-large': { status: 413, fault: 'caller', retry: 'never' },
  'body-timeout': { status: 408, fault: 'caller', retry: 'never' },
  'media-unsupported': { status: 415, fault: 'caller', retry: 'never' },
  'route-unknown': { status: 404, fault: 'caller', retry: 'never' },
  'method-unsupported': { status: 405, fault: 'caller', retry: 'never' },
  'credential-missing': { status: 401, fault: 'caller', retry: 'never' },
  'credential-invalid': { status: 401, fault: 'caller', retry: 'never' },
  'permission-denied': { status: 403, fault: 'caller', retry: 'never' },
  'model-forbidden': { status: 403, fault: 'caller', retry: 'never' },
  'model-unknown': { status: 404, fault: 'caller', retry: 'never' },
  'model-ambiguous': { status: 400, fault: 'caller', retry: 'never' },
  'operation-unsupported': { status: 400, fault: 'caller', retry: 'never' },
  'resource-unknown': { status: 404, fault: 'caller', retry: 'never' },
  'resource-conflict': { status: 409, fault: 'caller', retry: 'never' },
  /** It was changed by somebody else since the caller read it. */
  'precondition-failed': { status: 412, fault: 'caller', retry: 'never' },
  /** More was asked than a limit of the caller's permits in a stretch of time, or at once. */
  'rate-limited': { status: 429, fault: 'caller', retry: 'never' },
  /** A budget of the caller's has nothing left for this call: waiting for the next period helps, asking again does not. */
  'budget-exhausted': { status: 429, fault: 'caller', retry: 'never' },
  /** A hard budget of the caller's applies, and nobody knows what this target costs. */
  'price-unknown': { status: 403, fault: 'caller', retry: 'never' },
  /** A hard budget of the caller's applies, and nobody can tell how much this request would have read. */
  'input-unmeasured': { status: 400, fault: 'caller', retry: 'never' },
  'caller-gone': { status: 499, fault: 'caller', retry: 'never' },
  'deadline-exceeded': { status: 504, fault: 'caller', retry: 'never' },
  /** The vendor judged the request itself; its status and words are kept. */
  'provider-refused': { status: 400, fault: 'caller', retry: 'never' },
  /** The vendor does not accept our credential: 502, so that callers don't take it for theirs. */
  'provider-credential-refused': { status: 502, fault: 'provider', retry: 'other-target' },
  'provider-rate-limited': { status: 429, fault: 'provider', retry: 'same-target' },
  /** Our account there has nothing left: waiting does not help, another provider may. */
  'provider-quota-exhausted': { status: 429, fault: 'provider', retry: 'other-target' },
  'provider-overloaded': { status: 503, fault: 'provider', retry: 'same-target' },
  'provider-failed': { status: 502, fault: 'provider', retry: 'same-target' },
  'provider-unreachable': { status: 502, fault: 'provider', retry: 'same-target' },
  /** It said something that its own API does not say: another content type, no JSON, a cut answer. */
  'provider-garbled': { status: 502, fault: 'provider', retry: 'other-target' },
  /** Silence. Work may have been done and billed, so the same target is not asked again. */
  'provider-timeout': { status: 504, fault: 'provider', retry: 'other-target' },
  /** The process ended while the call was under way. */
  'gateway-stopped': { status: 503, fault: 'gateway', retry: 'never' },
  'gateway-draining': { status: 503, fault: 'gateway', retry: 'never' },
  'gateway-storage-failed': { status: 503, fault: 'gateway', retry: 'never' },
  'gateway-broken': { status: 500, fault: 'gateway', retry: 'never' },
} as const satisfies Record<string, FailureTraits>;

export type FailureKind = keyof typeof failures;

/** Why a budget does not pay for an attempt: nobody was asked. */
const unpaidKinds: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'budget-exhausted',
  'price-unknown',
  'input-unmeasured',
]);

export interface FailureDetails {
  /** The field, header or parameter at fault, as a path in the caller's own request: `messages[0].role`. */
  readonly param?: string;
  /** A vendor's status that is kept instead of the table's. */
  readonly status?: number;
  /** A vendor's machine-readable code (`context_length_exceeded`), spelled again at a door of the same dialect. */
  readonly code?: string;
  /** A vendor's type word. */
  readonly type?: string;
  /** Further members of the vendor's error object, kept for a door of the same dialect. */
  readonly extras?: { readonly [member: string]: Json };
  /** How long to wait before another attempt, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Where another attempt may go, if the vendor itself said so, instead of the table's. */
  readonly retry?: Retry;
  /** Where the caller stands with its limits. */
  readonly standing?: TellStanding;
  /** For the log alone; never on the wire. */
  readonly cause?: unknown;
}

/** Something that went wrong, said once, where it was understood, in words for the person who must act. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  readonly details: FailureDetails;

  constructor(kind: FailureKind, message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.details = details;
  }

  get traits(): FailureTraits {
    const { retry } = this.details;
    return retry === undefined ? failures[this.kind] : { ...failures[this.kind], retry };
  }

  get status(): number {
    return this.details.status ?? this.traits.status;
  }
}

/** What is thrown and is no `Failure` is our bug: it becomes one that says nothing of its cause on the wire. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure(
    'gateway-broken',
    'Trestle failed on its own account; the log has the cause under this request id.',
    {
      cause: thrown,
    },
  );
}

/** Whether an attempt was not made for want of money, or of knowing how much it takes. Another target may cost less. */
export function isUnpaid(thrown: unknown): boolean {
  return thrown instanceof Failure && unpaidKinds.has(thrown.kind);
}
