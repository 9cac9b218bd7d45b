import type { Authenticated, Call, Received, Target } from '../core/call.ts';
import { failures } from '../core/failure.ts';
import type { Outcome } from '../core/reply.ts';
import type { Entry } from '../store/store.ts';
import type { AttemptRecord } from './attempt-record.ts';
import type { Held } from './settlement.ts';

/** What is the same in every entry of a call. */
export type Common = Pick<
  Entry,
  | ('requestId' | 'keyId' | 'projectId' | 'organisationId' | 'dialect' | 'operation' | 'requestedModel' | 'stream')
  | ('tags' | 'endUser' | 'metadata')
>;

/** How an attempt ended, but for what it is charged. */
export type Ended = Pick<Entry, 'closing' | 'startedAt' | 'latencyMs' | 'status' | 'outcome' | 'failure'>;

export function commonFields(
  { id, principal, dialect, operation }: Call & Authenticated,
  request: Received | undefined,
): Common {
  const { keyId, projectId, organisationId } = principal;
  const common = { requestId: id, keyId, projectId, organisationId, dialect, operation };
  if (request === undefined) return { ...common, requestedModel: '', stream: false, tags: [] };
  const { envelope, wishes } = request;
  return {
    ...common,
    requestedModel: envelope.model,
    stream: envelope.stream,
    tags: wishes.tags,
    ...optional('endUser', wishes.endUser ?? envelope.endUser),
    ...optional('metadata', wishes.metadata),
  };
}

/** An attempt that is planned. */
export interface Planned {
  readonly target: Target;
  readonly sent: Held['sent'];
  readonly attempt: number;
  readonly startedAt: number;
  readonly now: number;
}

/** The entry of an attempt that was under way when this process ended. */
export function orphanedEntry({ target, sent, attempt, startedAt, now }: Planned, common: Common): Entry {
  const isPriced = target.price !== undefined;
  return {
    ...common,
    attempt,
    provider: target.provider,
    model: target.model,
    closing: true,
    startedAt,
    endedAt: now,
    latencyMs: 0,
    status: failures['gateway-stopped'].status,
    outcome: 'failed',
    failure: 'gateway-stopped',
    settlement: 'expired',
    usage: { tokens: { input: sent.tokens } },
    basis: 'estimated',
    ...(isPriced && { cost: sent.cost }),
    lost: nothing,
    flags: isPriced ? uncounted : unpriced,
  };
}

const nothing: readonly never[] = [];
const uncounted = ['usage-estimated'];
const unpriced = [...uncounted, 'price-unknown'];

/** An attempt that another one follows. */
export function abandonedEnding({ startedAt, failure }: AttemptRecord, now: number): Ended {
  const ended = { closing: false, startedAt, latencyMs: now - startedAt, outcome: 'failed' } as const;
  return failure === undefined
    ? { ...ended, status: 502 }
    : { ...ended, status: failure.status, failure: failure.kind };
}

/** Whom an attempt asked, and how that answered; `since` when the call began, if it is to be told how long that took. */
export function attemptFields(
  attempt: AttemptRecord | undefined,
  since: number | undefined,
): Pick<Entry, 'attempt' | 'provider' | 'model' | 'firstByteMs' | 'upstreamStatus' | 'upstreamRequestId'> {
  if (attempt === undefined) return { attempt: 0 };
  const { number, target, head } = attempt;
  const asked = { attempt: number, provider: target.provider, model: target.model };
  if (head === undefined) return asked;
  return {
    ...asked,
    upstreamStatus: head.status,
    ...optional('upstreamRequestId', head.requestId),
    ...(since !== undefined && { firstByteMs: Math.round(head.at - since) }),
  };
}

/** What the caller was told; `begun` if an answer had begun to be forwarded. */
export function endingFields(
  outcome: Outcome,
  asked: boolean,
  begun: boolean,
): Pick<Entry, 'status' | 'outcome' | 'failure'> {
  if (outcome.kind === 'complete') return { status: 200, outcome: 'complete' };
  if (outcome.kind === 'aborted') return { status: begun ? 200 : 499, outcome: 'aborted', failure: 'caller-gone' };
  const { kind, status } = outcome.failure;
  if (kind === 'caller-gone') return { status: begun ? 200 : 499, outcome: 'aborted', failure: kind };
  return { status: begun ? 200 : status, outcome: asked ? 'failed' : 'refused', failure: kind };
}

/** A member that is only there when it has a value. */
function optional<Name extends string, T>(name: Name, value: T | undefined): { readonly [N in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]?: T });
}
