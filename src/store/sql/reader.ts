import type { Failure } from '../../core/failure.ts';
import type { Cancel, Clock } from '../../core/ports.ts';
import type { Row } from './batch.ts';
import { storageFailure } from './group.ts';
import type { Search } from './reports/find.ts';
import type { ReportQuestion, SumAnswer, SumPage, SumQuestion } from './reports/question.ts';
import { type Listeners, startThread, type Thread } from './thread.ts';
import type { WalkStep } from './walks.ts';

/** What crosses to the reader's thread, as JSON, and what comes back. */
export type Question = { readonly id: number } & (StatementQuestion | ReportQuestion | WalkQuestion);
export interface WalkQuestion {
  readonly step: WalkStep;
}
export interface StatementQuestion {
  readonly sql: string;
  readonly parameters: Row;
}
export type Answer =
  | { readonly id: number; readonly rows: readonly unknown[] }
  | { readonly id: number; readonly cause: string };

export type StartReader = (listeners: Listeners<Answer>) => Thread;

/** Without a question for this long, the thread ends and gives its memory back. */
const idleMs = 30_000;

/** The thread that reads from the database at this path. */
export function readerThread(path: string): StartReader {
  return (listeners) => {
    const thread = startThread(new URL('./reader-thread.ts', import.meta.url), listeners);
    thread.post(path);
    return thread;
  };
}

/** Resolves when the database has what was durable before; undefined if it has it already. */
export type CaughtUp = () => Promise<void> | undefined;

/** Asks the database on a thread that lives only while there are questions, so that no query ever holds up a stream. */
export class Reader {
  readonly #start: StartReader;
  readonly #clock: Clock;
  readonly #caughtUp: CaughtUp;
  readonly #asked = new Map<number, Asked>();
  #thread: Thread | undefined;
  #cancelIdle: Cancel | undefined;
  #questions = 0;
  #closed = false;

  constructor(start: StartReader, clock: Clock, caughtUp: CaughtUp = () => undefined) {
    this.#start = start;
    this.#clock = clock;
    this.#caughtUp = caughtUp;
  }

  /** The rows of one statement. */
  async query(sql: string, parameters: Row): Promise<readonly object[]> {
    // What SQLite answers to a statement is rows.
    return (await this.#ask({ sql, parameters })) as readonly object[];
  }

  /** The sums of usage: all rows, or one page of them. */
  async sum(sum: SumQuestion['sum'], page?: Omit<SumPage, 'at'>): Promise<SumAnswer> {
    const at = this.#clock.monotonic();
    const [answer] = await this.#ask(page === undefined ? { sum } : { sum, page: { ...page, at } });
    return answer as SumAnswer;
  }

  /** The sequences of calls. */
  async find(search: Search): Promise<readonly number[]> {
    return (await this.#ask({ find: search })) as readonly number[];
  }

  /** A step of a walk through the ledger, which sees what was durable when the walk began. */
  walk(step: WalkStep): Promise<readonly unknown[]> {
    return 'begin' in step ? this.#ask({ step }) : this.#post({ step });
  }

  async #ask(asked: Asking): Promise<readonly unknown[]> {
    const behind = this.#caughtUp();
    if (behind !== undefined) await behind;
    return await this.#post(asked);
  }

  #post(asked: Asking): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(storageFailure('Trestle is stopping; its database is closed.'));
      this.#cancelIdle?.();
      this.#thread ??= this.#start({ said: (answer) => this.#hear(answer), died: (cause) => this.#mourn(cause) });
      this.#questions += 1;
      this.#asked.set(this.#questions, { resolve, reject });
      const question: Question = { id: this.#questions, ...asked };
      this.#thread.post(JSON.stringify(question));
    });
  }

  /** Ends the thread; questions that are open are refused. */
  close(): void {
    this.#closed = true;
    this.#stop();
    this.#refuseAll('Trestle is stopping; its database is closed.');
  }

  #hear(answer: Answer): void {
    const asked = this.#asked.get(answer.id);
    this.#asked.delete(answer.id);
    if (this.#asked.size === 0) this.#cancelIdle = this.#clock.after(idleMs, () => this.#stop());
    if ('rows' in answer) asked?.resolve(answer.rows);
    else asked?.reject(storageFailure('Trestle cannot read its database now; the log says why.', answer.cause));
  }

  #stop(): void {
    this.#cancelIdle?.();
    this.#thread?.stop();
    this.#thread = undefined;
  }

  #mourn(cause: string): void {
    this.#thread = undefined;
    this.#refuseAll('Trestle lost the thread that reads its database; ask again.', cause);
  }

  #refuseAll(message: string, cause?: string): void {
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const { reject } of asked) reject(storageFailure(message, cause));
  }
}

type Asking = StatementQuestion | ReportQuestion | WalkQuestion;

interface Asked {
  readonly resolve: (rows: readonly unknown[]) => void;
  readonly reject: (failure: Failure) => void;
}
