import type { Envelope } from './envelope.ts';
import type { Failure } from './failure.ts';
import type { Loss } from './loss.ts';
import type { ModelLimits } from './model-facts.ts';
import type { Price } from './money.ts';
import type { OperationName, RequestOf } from './operation.ts';
import type { DialectName, Payload } from './payload.ts';
import type { Reply, Sight } from './reply.ts';
import type { Usage } from './usage.ts';

/** One thing asked of us, from whatever door. Policies add what they found out; nobody changes what is there. */
export interface Call<Op extends OperationName = OperationName> {
  /** `x-request-id` and the id of its record. */
  readonly id: string;
  readonly operation: Op;
  /** The caller's own dialect. */
  readonly dialect: DialectName;
  /** Epoch milliseconds. */
  readonly arrivedAt: number;
  /** On the clock that never runs backwards, for durations. */
  readonly startedAt: number;
  /** Aborted when the caller leaves or the deadline passes; its reason is the `Failure` that says which. */
  readonly signal: AbortSignal;
  /** What the caller presented as its key; undefined if nothing. */
  readonly credential: string | undefined;
  /** Reads and checks the request itself: only once somebody known has asked. Throws a `Failure` naming the field. */
  read(): Promise<Received<Op>>;
}

/** What the caller asks, read and checked. */
export interface Received<Op extends OperationName = OperationName> {
  readonly envelope: Envelope;
  readonly payload: Payload<RequestOf<Op>>;
  readonly wishes: Wishes;
  /** When the call is ended at the latest, on the clock that never runs backwards; absent if nobody says. */
  readonly deadlineAt?: number;
}

/** What a caller may say in `x-trestle-…` headers. */
export interface Wishes {
  /** Refuse rather than lose anything of the request in translation. */
  readonly strict: boolean;
  /** The end user on whose behalf the caller calls. */
  readonly endUser?: string;
  readonly tags: readonly string[];
  /** Kept in the record as it is; a JSON object. */
  readonly metadata?: string;
  /** Fault and pace parameters for the sandbox provider, as a query string. */
  readonly sandbox?: string;
}

/** Who calls, once we know. */
export interface Principal {
  readonly keyId: string;
  readonly projectId: string;
  readonly organisationId: string;
  /** What it may do: call models, or administer. */
  readonly role: Role;
  /** The models and aliases it may use; absent means all. */
  readonly models?: readonly string[];
}
export type Role = 'client' | 'admin';

/** One place where a call may be answered. */
export interface Target {
  /** The name of a configured provider. */
  readonly provider: string;
  /** The model's name as that provider knows it. */
  readonly model: string;
  /** The price in force when the call was routed; absent if nobody knows it. */
  readonly price?: Price;
  /** Nobody knows its price: that is the operator's ceiling for such. */
  readonly isCeiling?: true;
  /** What it can take and write, as far as anybody says; absent if nobody does. */
  readonly limits?: ModelLimits;
}

/** Where a call may go, in order of preference; never empty. */
export interface Plan {
  readonly targets: readonly [Target, ...Target[]];
}

/** What happened on the way, attempt by attempt. The meter opens it and turns it into ledger entries; dispatch writes it. */
export interface Journal {
  /** The request could be read. */
  received(request: Received): void;
  /**
   * An attempt is about to be made: resolves once what is held for it is on the disk, and nothing may be sent before. Rejects if
   * that cannot be, or if the call was ended meanwhile; then nobody is asked.
   */
  begin(target: Target): Promise<Attempt>;
  /** Something of the request that could not be said to the target. */
  readonly lost: (loss: Loss) => void;
  /** Something of the answer that could not be said to the caller. */
  readonly answerLost: (loss: Loss) => void;
  /** Something that the call's record is to tell: `would-refuse:…`. */
  flag(text: string): void;
  /** Calls this when the call is closed, with what is charged of it; an attempt that consumed nothing stands there too. */
  whenClosed(act: (consumed: readonly Consumed[]) => void): void;
}

/** What one attempt consumed, as it is charged. */
export interface Consumed {
  readonly provider: string;
  readonly model: string;
  readonly usage: Usage;
}

/** One attempt at one target; ends with exactly one of `failed` or the reply that comes of it. */
export interface Attempt {
  /** One-based, over the whole call. */
  readonly number: number;
  /** The provider's head has come. */
  answered(head: { readonly status: number; readonly requestId?: string }): void;
  /** It came to nothing; nothing of it was forwarded. What was seen of it all the same is charged. */
  failed(failure: Failure, seen?: Sight): void;
}

export interface Authenticated {
  readonly principal: Principal;
}
export interface Metered {
  readonly journal: Journal;
}
export interface Routed {
  readonly plan: Plan;
}
/** What limits leave of what a call asked for. */
export interface Allowance {
  /** The most that each alternative may have; absent if it is as the caller asked. */
  readonly maxOutputTokens?: number;
}
export interface RateLimited {
  /** Absent if nothing limits what the call may write. */
  readonly allowance?: Allowance;
}
export interface Targeted {
  readonly target: Target;
}

export type Handler<C> = (call: C) => Promise<Reply>;

/** What may happen to a call on its way: needs what is written above it in the order, adds what those below may need. */
export type Policy<Needs, Adds = unknown> = <C extends Needs>(next: Handler<C & Adds>) => Handler<C>;
