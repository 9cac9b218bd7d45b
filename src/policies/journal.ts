import type { Attempt, Authenticated, Call, Journal, Received, Target } from '../core/call.ts';
import type { Failure } from '../core/failure.ts';
import type { Loss } from '../core/loss.ts';
import type { NanoUsd } from '../core/money.ts';
import type { Clock } from '../core/ports.ts';
import type { Outcome, Sight } from '../core/reply.ts';
import type { Entry } from '../store/store.ts';
import { type Charge, chargeFor, nothingCharged } from './charge.ts';

/** The meter's side of a call's journal: what was written down, as ledger entries. */
export interface OpenJournal extends Journal {
  /** The last attempt; undefined while nobody has been asked. */
  readonly current: AttemptRecord | undefined;
  /** The call's last entry: how it ended for the caller, with what its last attempt costs. */
  closing(ending: Ending): Entry;
  /** What the call costs with this closing entry, all attempts together; undefined if a price is not known. */
  total(closing: Entry): NanoUsd | undefined;
}

export interface Ending {
  readonly outcome: Outcome;
  /** Everything seen of the answer that was forwarded; absent if none was. */
  readonly sight?: Sight;
}

/** Nobody reads more of them. */
const mostAnswerLosses = 100;

/** One attempt as it went. */
export interface AttemptRecord extends Attempt {
  readonly target: Target;
  readonly startedAt: number;
  readonly head: Head | undefined;
  readonly failure: Failure | undefined;
  /** What was seen of an answer that came to nothing. */
  readonly seen: Sight | undefined;
}

interface Head {
  readonly status: number;
  readonly requestId?: string;
  /** On the clock that never runs backwards. */
  readonly at: number;
}

/**
 * Opens the journal of one call. An attempt that came to nothing is given to `append` as soon as the next one begins, so
 * that entries stand in the order in which things happened.
 */
export function openJournal(call: Call & Authenticated, clock: Clock, append: (entry: Entry) => void): OpenJournal {
  /** What the next attempt loses, told before it begins, and what the current one lost. */
  let losing: Loss[] = [];
  let lost: readonly Loss[] = [];
  const answerLosses = new Map<string, Loss>();
  const abandoned: Entry[] = [];
  let request: Received | undefined;
  let current: AttemptRecord | undefined;

  const abandon = (attempt: AttemptRecord): void => {
    const given = entry(abandonedFields(attempt, { request, clock }));
    abandoned.push(given);
    append(given);
  };
  const entry = (closing: Closing): Entry => ({
    requestId: call.id,
    keyId: call.principal.keyId,
    projectId: call.principal.projectId,
    organisationId: call.principal.organisationId,
    dialect: call.dialect,
    operation: call.operation,
    requestedModel: request?.envelope.model ?? '',
    stream: request?.envelope.stream ?? false,
    endedAt: clock.now(),
    tags: request?.wishes.tags ?? [],
    lost: [...lost, ...answerLosses.values()],
    ...attemptFields(current),
    ...optional('endUser', request?.wishes.endUser ?? request?.envelope.endUser),
    ...optional('metadata', request?.wishes.metadata),
    ...closing,
  });

  return {
    get current() {
      return current;
    },
    lost: (loss) => void losing.push(loss),
    answerLost({ path, why }) {
      // A stream may lose the same in every frame.
      if (answerLosses.size < mostAnswerLosses) answerLosses.set(`${path} ${why}`, { path: `answer.${path}`, why });
    },
    received(read) {
      request = read;
    },
    begin(target) {
      if (current !== undefined) abandon(current);
      lost = losing;
      losing = [];
      answerLosses.clear();
      current = attemptRecord(target, (current?.number ?? 0) + 1, clock);
      return current;
    },
    closing({ outcome, sight }) {
      const charge = chargeFor({
        request,
        target: current?.target,
        outcome,
        status: current?.head?.status,
        sight: sight ?? current?.seen,
      });
      return entry({
        closing: true,
        startedAt: call.arrivedAt,
        latencyMs: Math.round(clock.monotonic() - call.startedAt),
        ...optional('firstByteMs', current?.head && Math.round(current.head.at - call.startedAt)),
        ...endingFields(outcome, current !== undefined, sight !== undefined),
        ...charge,
      });
    },
    total: (closing) =>
      [...abandoned, closing].reduce<NanoUsd | undefined>(
        (sum, { cost }) => (sum === undefined || cost === undefined ? undefined : sum + cost),
        0n,
      ),
  };
}

type Closing = Pick<Entry, 'closing' | 'startedAt' | 'latencyMs' | 'status' | 'outcome'> & Partial<Entry> & Charge;

/** An attempt that another one follows. It is charged like any other: one that was cut off or went silent may have worked. */
function abandonedFields(
  { target, startedAt, head, failure, seen }: AttemptRecord,
  { request, clock }: { readonly request: Received | undefined; readonly clock: Clock },
): Closing {
  const charge =
    failure === undefined
      ? nothingCharged
      : chargeFor({ request, target, outcome: { kind: 'failed', failure }, status: head?.status, sight: seen });
  return {
    closing: false,
    startedAt,
    latencyMs: clock.now() - startedAt,
    status: failure?.status ?? 502,
    outcome: 'failed',
    ...optional('failure', failure?.kind),
    ...charge,
  };
}

function attemptRecord(target: Target, number: number, clock: Clock): AttemptRecord {
  const startedAt = clock.now();
  let head: Head | undefined;
  let failure: Failure | undefined;
  let seen: Sight | undefined;
  return {
    target,
    number,
    startedAt,
    get head() {
      return head;
    },
    get failure() {
      return failure;
    },
    get seen() {
      return seen;
    },
    answered(told) {
      head = { ...told, at: clock.monotonic() };
    },
    failed(reason, sight) {
      failure = reason;
      seen = sight;
    },
  };
}

function attemptFields(attempt: AttemptRecord | undefined): Pick<Entry, 'attempt'> & Partial<Entry> {
  if (attempt === undefined) return { attempt: 0 };
  return {
    attempt: attempt.number,
    provider: attempt.target.provider,
    model: attempt.target.model,
    ...optional('upstreamStatus', attempt.head?.status),
    ...optional('upstreamRequestId', attempt.head?.requestId),
  };
}

function endingFields(outcome: Outcome, asked: boolean, begun: boolean): Pick<Entry, 'status' | 'outcome' | 'failure'> {
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
