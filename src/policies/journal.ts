import type { Authenticated, Call, Journal, Received, Target } from '../core/call.ts';
import type { NanoUsd } from '../core/money.ts';
import type { Clock } from '../core/ports.ts';
import type { Outcome, Sight } from '../core/reply.ts';
import type { Entry, Hold } from '../store/store.ts';
import type { Allowances } from './allowances.ts';
import { AttemptRecord } from './attempt-record.ts';
import {
  abandonedEnding,
  attemptFields,
  type Common,
  commonFields,
  type Ended,
  endingFields,
  orphanedEntry,
} from './call-entry.ts';
import { callNotes } from './call-notes.ts';
import { nothingCharged } from './charge.ts';
import type { AttemptEnding, Health } from './health.ts';
import type { Held, Settled } from './settlement.ts';

/** The meter's side of a call's journal: what was written down, as ledger entries. */
export interface OpenJournal extends Journal {
  /** The last attempt; undefined while nobody has been asked. */
  readonly current: AttemptRecord | undefined;
  /**
   * Another attempt is planned: its entry as the ledger is to have it if nobody ever comes to say how it ended. The one before it
   * is over, and holds no more than it is charged.
   */
  planned(target: Target, sent: Held['sent']): Entry;
  /** Money is held for the attempt that begins next. */
  held(held: Held): void;
  /** The call's last entry: how it ended for the caller, with what its last attempt costs. */
  closing(ending: Ending): Entry;
  /** What the call costs with this closing entry, all attempts together; undefined if a price is not known. */
  total(closing: Entry): NanoUsd | undefined;
}

/** What a call carries once somebody keeps its journal. */
export interface Journaled {
  readonly journal: OpenJournal;
}

export interface Ending {
  readonly outcome: Outcome;
  /** Everything seen of the answer that was forwarded; absent if none was. */
  readonly sight?: Sight;
  /** The answer is our own estimate: the provider was not asked. */
  readonly estimated?: true;
}

export interface JournalTools {
  readonly clock: Clock;
  /** Given an attempt that came to nothing, as soon as the next one begins, with what was held for it. */
  readonly append: (entry: Entry, hold: Hold | undefined) => void;
  /** Told of every attempt that is over. */
  readonly attempted?: Health['attempted'];
  /** Knows what providers give away. */
  readonly allowances?: Pick<Allowances, 'taken'>;
}

/**
 * Opens the journal of one call. An attempt that came to nothing is given to `append` as soon as the next one begins, so
 * that entries stand in the order in which things happened.
 */
export function openJournal(call: Call & Authenticated, tools: JournalTools): OpenJournal {
  return new CallJournal(call, tools);
}

class CallJournal implements OpenJournal {
  readonly #call: Call & Authenticated;
  readonly #tools: JournalTools;
  readonly #notes = callNotes();
  readonly lost = this.#notes.lost;
  readonly answerLost = this.#notes.answerLost;
  #abandoned: readonly Entry[] = none;
  #request: Received | undefined;
  #common: Common | undefined;
  #current: AttemptRecord | undefined;
  #pending: Held | undefined;

  constructor(call: Call & Authenticated, tools: JournalTools) {
    this.#call = call;
    this.#tools = tools;
  }

  get current(): AttemptRecord | undefined {
    return this.#current;
  }

  received(read: Received): void {
    this.#request = read;
    this.#common = undefined;
  }

  flag(text: string): void {
    this.#notes.flag(text);
  }

  whenClosed(act: Parameters<Journal['whenClosed']>[0]): void {
    this.#notes.whenClosed(act);
  }

  planned(target: Target, sent: Held['sent']): Entry {
    this.#letGo();
    if (this.#current !== undefined) lower(this.#current);
    const { clock } = this.#tools;
    const attempt = (this.#current?.number ?? 0) + 1;
    return orphanedEntry({ target, sent, attempt, startedAt: this.#call.arrivedAt, now: clock.now() }, this.#shared());
  }

  held(held: Held): void {
    this.#letGo();
    this.#pending = held;
  }

  async begin(target: Target): Promise<AttemptRecord> {
    const held = this.#pending;
    const { signal } = this.#call;
    if (held !== undefined && held.hold.amount > 0n && !(await held.hold.promptly))
      await durableOrEnded(held.hold, signal);
    signal.throwIfAborted();
    this.#pending = undefined;
    if (this.#current !== undefined) this.#abandon(this.#current);
    this.#notes.next();
    const tools = { clock: this.#tools.clock, request: this.#request, held };
    this.#current = new AttemptRecord(target, (this.#current?.number ?? 0) + 1, tools);
    return this.#current;
  }

  closing({ outcome, sight, estimated }: Ending): Entry {
    this.#letGo();
    const attempt = this.#current;
    if (attempt !== undefined && estimated !== true) this.#over(attempt, endingOf(outcome));
    const charge = attempt?.charged(outcome, sight) ?? nothingCharged;
    const { arrivedAt, startedAt } = this.#call;
    const ending = {
      closing: true,
      startedAt: arrivedAt,
      latencyMs: Math.round(this.#tools.clock.monotonic() - startedAt),
      ...endingFields(outcome, attempt !== undefined, sight !== undefined),
    };
    const last = this.#entry(attempt, ending, charge);
    this.#notes.closed(this.#abandoned.length === 0 ? [last] : [...this.#abandoned, last]);
    return last;
  }

  total(closing: Entry): NanoUsd | undefined {
    let sum = closing.cost;
    for (const { cost } of this.#abandoned) sum = sum === undefined || cost === undefined ? undefined : sum + cost;
    return sum;
  }

  #shared(): Common {
    this.#common ??= commonFields(this.#call, this.#request);
    return this.#common;
  }

  #entry(attempt: AttemptRecord | undefined, ending: Ended, charge: Settled): Entry {
    const { clock, allowances } = this.#tools;
    const flags = ending.closing ? this.#notes.flags() : none;
    const made: Entry = {
      ...this.#shared(),
      ...ending,
      ...attemptFields(attempt, ending.closing ? this.#call.startedAt : undefined),
      endedAt: clock.now(),
      lost: this.#notes.losses(),
      ...charge,
      ...(flags.length > 0 && { flags: [...charge.flags, ...flags] }),
    };
    return allowances === undefined ? made : allowances.taken(made, attempt?.target.price);
  }

  #abandon(attempt: AttemptRecord): void {
    this.#over(attempt, 'caller-gone');
    const { failure } = attempt;
    const charge = failure === undefined ? nothingCharged : attempt.charged({ kind: 'failed', failure }, undefined);
    const given = this.#entry(attempt, abandonedEnding(attempt, this.#tools.clock.now()), charge);
    this.#abandoned = [...this.#abandoned, given];
    this.#tools.append(given, attempt.held?.hold);
  }

  #over({ target, head, begunAt, failure }: AttemptRecord, ending: AttemptEnding): void {
    this.#tools.attempted?.(target, failure?.kind ?? ending, head?.status === 200 ? head.at - begunAt : undefined);
  }

  /** Frees what was held for an attempt that never began. */
  #letGo(): void {
    if (this.#pending === undefined) return;
    const { holds, hold } = this.#pending;
    this.#pending = undefined;
    holds.release(hold);
  }
}

const none: readonly never[] = [];

/**
 * Waits for a hold to be on the disk, but no longer than its call lasts: a disk that hangs keeps nobody. The hold stays whose it was,
 * and is freed like any for which nobody was asked, whether its commit comes later, fails or never ends.
 */
function durableOrEnded({ durable }: Hold, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const end = (): void => reject(signal.reason);
    signal.addEventListener('abort', end);
    durable.then(
      () => {
        signal.removeEventListener('abort', end);
        resolve();
      },
      (cause: unknown) => {
        signal.removeEventListener('abort', end);
        reject(cause);
      },
    );
  });
}

/** It is over, and what it is charged is known: what was held for it beyond that is free for the next. */
function lower(attempt: AttemptRecord): void {
  const { held, failure } = attempt;
  if (held === undefined || failure === undefined) return;
  const { cost } = attempt.charged({ kind: 'failed', failure }, undefined);
  if (cost !== undefined) held.holds.lower(held.hold, cost);
}

function endingOf(outcome: Outcome): AttemptEnding {
  if (outcome.kind === 'failed') return outcome.failure.kind;
  return outcome.kind === 'complete' ? 'complete' : 'caller-gone';
}
