import type { Receipt, Row, Write } from './batch.ts';
import {
  conclude,
  emptyGroup,
  type Group,
  groupSize,
  type Job,
  type SealedGroup,
  sealed,
  storageFailure,
} from './group.ts';
import { type Listeners, startThread, type Thread } from './thread.ts';

/** Starts the thread that writes. */
export type StartWriter = (listeners: Listeners<Receipt>) => Thread;

/** More than this many waiting means that the disk has stopped, not that there is much to do. */
const mostWaiting = 20_000;
/** A thread that died of a batch three times will die of it again. */
const mostSends = 3;

/** The thread that writes to the database at this path. */
export function writerThread(path: string): StartWriter {
  return (listeners) => {
    const thread = startThread(new URL('./writer-thread.ts', import.meta.url), listeners);
    thread.post(path);
    return thread;
  };
}

/**
 * The way of everything that is written; what it resolves is on the disk. It gathers what comes while the batch before is
 * being committed, so that a commit, which costs the same for one as for many, is shared by as many as there are. One
 * batch is under way at a time: that keeps the order, and makes it known what to send again when the thread dies.
 */
export class Writer {
  readonly #start: StartWriter;
  #thread: Thread | undefined;
  #waiting: Group = emptyGroup();
  #underWay: SealedGroup | undefined;
  #sends = 0;
  #closed: Promise<void> | undefined;
  /** Called when there is nothing left to write, once somebody wants to close. */
  #drained: (() => void) | undefined;

  constructor(start: StartWriter) {
    this.#start = start;
  }

  /** Appends a ledger entry, given as `entryRow` makes it. Entries are written in the order of the calls. */
  append(row: Row): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#admits(reject)) return;
      this.#waiting.entries.push(row);
      this.#waiting.entryJobs.push({ resolve, reject });
      this.#wake();
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

  /** Writes what waits, then lets the database go. */
  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  #admits(reject: Job['reject']): boolean {
    if (this.#closed !== undefined) reject(storageFailure('Trestle is stopping; its database is closed.'));
    else if (groupSize(this.#waiting) >= mostWaiting)
      reject(storageFailure('The disk does not keep up with the ledger.'));
    else return true;
    return false;
  }

  /** At the end of the current step, so that what happens in one step is committed together. */
  #wake(): void {
    if (this.#underWay === undefined && groupSize(this.#waiting) === 1) queueMicrotask(() => this.#flush());
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
    this.#send(this.#underWay);
  }

  #send(group: SealedGroup): void {
    this.#sends += 1;
    this.#thread ??= this.#start({
      said: (receipt) => this.#settle(receipt),
      died: (cause) => this.#mourn(cause),
    });
    this.#thread.post(group.text);
  }

  /** The next batch leaves before those of the last are told, so that the thread need not wait for them. */
  #settle(receipt: Receipt): void {
    const group = this.#underWay;
    this.#underWay = undefined;
    this.#flush();
    if (group !== undefined) conclude(group, receipt);
  }

  /** Whether the batch was committed is not known, and need not be: what is there already is not written twice. */
  #mourn(cause: string): void {
    this.#thread = undefined;
    if (this.#underWay === undefined) return;
    if (this.#sends < mostSends) this.#send(this.#underWay);
    else this.#settle({ kind: 'broken', cause });
  }

  async #finish(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
      this.#flush();
    });
    this.#drained = undefined;
    if (this.#thread === undefined) return;
    await new Promise<void>((resolve) => {
      this.#underWay = { text: '', jobs: [{ resolve, reject: () => resolve() }] };
      this.#send(this.#underWay);
    });
    this.#thread?.stop();
  }
}
