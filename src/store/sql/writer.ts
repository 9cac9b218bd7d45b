import type { Cancel, Clock } from '../../core/ports.ts';
import type { Receipt, Row, Settled, Value, Write } from './batch.ts';
import { readReceipt } from './batch-text.ts';
import { CatchUp } from './catch-up.ts';
import {
  conclude,
  emptyGroup,
  type Group,
  groupSize,
  type Job,
  join,
  remainder,
  type SealedGroup,
  sealed,
  storageFailure,
} from './group.ts';
import { HeldTogether } from './held-together.ts';
import { Overdue } from './overdue.ts';
import { type Listeners, startThread, type Thread } from './thread.ts';

/** Starts the thread that writes. */
export type StartWriter = (listeners: Listeners<Receipt>) => Thread;

/** More than this many waiting means that the disk has stopped, not that there is much to do. */
const mostWaiting = 20_000;
/** A thread that died of a batch three times will die of it again. */
const mostSends = 3;
/** How long it waits before it tries again to write what must be written; doubled each time, up to the longest. */
const shortestBackoffMs = 50;
const longestBackoffMs = 2_000;

/** The thread that writes to the database at this path. */
export function writerThread(path: string): StartWriter {
  return ({ said, died }) => {
    const listeners = { said: (text: string) => said(readReceipt(text)), died };
    const thread = startThread(new URL('./writer-thread.ts', import.meta.url), listeners);
    thread.post(path);
    return thread;
  };
}

const nothing: Write = { sql: 'select 1', rows: [] };

/** Does something when what is at hand has been done. */
export type Soon = (act: () => void) => unknown;

/** What an entry spends: how much, and in which balances. */
export interface Spending {
  readonly spent: number | string;
  /** The hold that it ends. */
  readonly ends?: { readonly number: number; readonly held: HeldTogether };
  /** Three values for each: the number of the budget, the value, the start of the window. */
  readonly balances: readonly Value[];
}

/**
 * The way of everything that is written; what it resolves is on the disk. It gathers what comes while the batch before is
 * being committed, so that a commit, which costs the same for one as for many, is shared by as many as there are. One
 * batch is under way at a time: that keeps the order, and makes it known what to send again when the thread dies.
 *
 * What was spent must get into the ledger: when a commit fails, whoever waited is told, and the entries that spend are written before
 * anything that came later, as soon as the disk can.
 */
export class Writer {
  readonly #start: StartWriter;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #soon: Soon;
  #thread: Thread | undefined;
  #waiting: Group = emptyGroup();
  #underWay: SealedGroup | undefined;
  #sends = 0;
  #closed: Promise<void> | undefined;
  /** Called when there is nothing left to write, once somebody wants to close. */
  #drained: (() => void) | undefined;
  /** What must be written is waiting for another try. */
  #backoffMs = 0;
  #cancelRetry: Cancel | undefined;
  readonly #catchUp: CatchUp;
  /** The last batch was of more than one hold or entry. */
  #isShared = false;
  /** Why the disk did not take the last batch that it did not take. */
  #trouble: string | undefined;
  readonly #overdue: Overdue<SealedGroup>;

  constructor(start: StartWriter, clock: Pick<Clock, 'after'>, soon: Soon = setImmediate) {
    this.#start = start;
    this.#clock = clock;
    this.#soon = soon;
    this.#catchUp = new CatchUp(clock, () => this.write(nothing));
    this.#overdue = new Overdue(clock, ({ group }) => {
      group.held?.late();
      this.#waiting.held?.late();
    });
  }

  /** What was spent could not be written yet, or not where it is read: nobody should spend more. */
  get isStuck(): boolean {
    return this.#backoffMs > 0 || this.#catchUp.hasFailed || groupSize(this.#waiting) >= mostWaiting;
  }

  /** Why it is stuck, in words for the log. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /**
   * Appends a ledger entry, given as `entryRow` makes it. Entries are written in the order of the calls. One that spends is
   * written in the end though its promise was rejected.
   */
  append(row: Row, spending?: Spending): Promise<void> {
    return new Promise((resolve, reject) => {
      const { entries, entryJobs, settled } = this.#waiting;
      if (!(spending === undefined ? this.#admits(reject) : this.#isOpen(reject))) return;
      if (spending !== undefined) settled.push(settledBy(entries.length, spending));
      entries.push(row);
      entryJobs.push({ resolve, reject });
      this.#wake();
      const ends = spending?.ends;
      if (ends?.held.end(ends.number) === true) this.#over(ends.held);
    });
  }

  /** Runs a statement that may safely be run twice. */
  write(write: Write): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#admits(reject)) return;
      this.#waiting.writes.push(write);
      this.#waiting.writeJobs.push({ resolve, reject });
      this.#wake();
    });
  }

  /**
   * Resolves when the database has for its readers what was durable when this was called. Undefined if it has that already, as most
   * of the time, or cannot be brought up to date now.
   */
  caughtUp(): Promise<void> | undefined {
    return this.isStuck ? undefined : this.#catchUp.now();
  }

  /** Writes down a new hold, whose number is the next; it is on the disk together with others. */
  hold(number: number, draft: string, after: number): HeldTogether {
    this.#waiting.held ??= new HeldTogether(number, after);
    const { held } = this.#waiting;
    held.add(draft);
    if (this.#closed === undefined) this.#wake();
    else held.conclude(stopping());
    return held;
  }

  /** Notes what an attempt under way has produced; nobody waits for it. */
  note(hold: number, cost: Value): void {
    if (this.#closed !== undefined) return;
    const isNew = !this.#waiting.notes.has(hold);
    this.#waiting.notes.set(hold, cost);
    if (isNew) this.#wake();
  }

  /** Ends a hold that has come to nothing; written in the end, whatever happens. */
  free(hold: number, held: HeldTogether): void {
    if (held.end(hold)) this.#over(held);
    else if (held.isSealed) this.note(hold, null);
  }

  #over({ first, last }: HeldTogether): void {
    if (this.#closed !== undefined) return;
    this.#waiting.ended.push([first, last]);
    this.#wake();
  }

  /** Writes what waits, then lets the database go. */
  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  #isOpen(reject: Job['reject']): boolean {
    if (this.#closed === undefined) return true;
    reject(stopping());
    return false;
  }

  #admits(reject: Job['reject']): boolean {
    if (!this.#isOpen(reject)) return false;
    if (groupSize(this.#waiting) < mostWaiting) return true;
    reject(storageFailure('The disk does not keep up with the ledger.'));
    return false;
  }

  /**
   * At the end of the current step, so that what happens in one step is committed together; of the current turn while calls come so
   * close that they shared the last sync.
   */
  #wake(): void {
    if (this.#underWay !== undefined || this.#backoffMs > 0 || groupSize(this.#waiting) !== 1) return;
    const later = this.#isShared ? this.#soon : queueMicrotask;
    later(() => this.#flush());
  }

  #flush(): void {
    if (this.#underWay !== undefined) return;
    if (groupSize(this.#waiting) === 0) {
      this.#drained?.();
      return;
    }
    this.#underWay = sealed(this.#waiting);
    this.#waiting = emptyGroup();
    this.#sends = 0;
    this.#isShared = this.#underWay.group.entries.length + (this.#underWay.group.held?.size ?? 0) > 1;
    this.#overdue.watch(this.#underWay);
    if (this.#underWay.group.writes.length === 0) this.#catchUp.behind();
    this.#send(this.#underWay);
  }

  #send({ text }: SealedGroup): void {
    this.#sends += 1;
    this.#thread ??= this.#start({
      said: (receipt) => this.#settle(receipt),
      died: (cause) => this.#mourn(cause),
    });
    this.#thread.post(text);
  }

  /**
   * Where as much waits as half of what was written, it leaves before those of the last batch are told, so that the thread need
   * not wait for them. Where there is less, what they do next is to share its sync.
   */
  #settle(receipt: Receipt): void {
    const sent = this.#underWay;
    this.#underWay = undefined;
    this.#overdue.watch(undefined);
    if (sent === undefined) {
      this.#goOn();
      return;
    }
    const { group } = sent;
    const left = receipt.kind === 'broken' ? remainder(group) : undefined;
    if (receipt.kind === 'broken') this.#trouble = receipt.cause;
    else if (group.writes.length > 0) this.#catchUp.done();
    const isMuch = groupSize(this.#waiting) * 2 >= groupSize(group);
    if (left !== undefined) this.#tryAgain(left);
    else if (isMuch) this.#goOn();
    conclude(group, receipt);
    if (left !== undefined || isMuch) return;
    if (groupSize(this.#waiting) > 0) this.#soon(() => this.#goOn());
    else this.#goOn();
  }

  #goOn(): void {
    this.#backoffMs = 0;
    this.#flush();
  }

  /** What is left goes first. Whoever closes does not wait for a better time: what is not written then is found at the next start. */
  #tryAgain(left: Group): void {
    if (this.#closed !== undefined) {
      this.#goOn();
      return;
    }
    this.#waiting = join(left, this.#waiting);
    this.#backoffMs = Math.min(Math.max(shortestBackoffMs, this.#backoffMs * 2), longestBackoffMs);
    this.#cancelRetry = this.#clock.after(this.#backoffMs, () => this.#flush());
  }

  /** Whether the batch was committed is not known, and need not be: what is there already is not written twice. */
  #mourn(cause: string): void {
    this.#thread = undefined;
    if (this.#underWay === undefined) return;
    if (this.#sends < mostSends) this.#send(this.#underWay);
    else this.#settle({ kind: 'broken', cause });
  }

  async #finish(): Promise<void> {
    this.#cancelRetry?.();
    this.#catchUp.stop();
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
      this.#flush();
    });
    this.#drained = undefined;
    this.#overdue.stop();
    if (this.#thread === undefined) return;
    await new Promise<void>((resolve) => {
      const end = emptyGroup();
      end.entryJobs.push({ resolve, reject: () => resolve() });
      this.#underWay = { text: '', group: end };
      this.#send(this.#underWay);
    });
    this.#thread?.stop();
  }
}

function settledBy(entry: number, { spent, balances }: Spending): Settled {
  return [entry, spent, ...balances];
}

function stopping(): ReturnType<typeof storageFailure> {
  return storageFailure('Trestle is stopping; its database is closed.');
}
