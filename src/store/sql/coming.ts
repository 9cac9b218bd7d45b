import type { Value } from './batch.ts';
import type { ReadBatch } from './batch-text.ts';
import { SpentIn } from './spent-in.ts';

/**
 * What is to be written when the database is next brought up to date, and what has cancelled itself out by then is not: most holds
 * end before that.
 */
export class Coming {
  readonly #holds = new Map<number, Held>();
  readonly #notes = new Map<number, Value>();
  readonly #ended: Ended[] = [];
  readonly #spent = new SpentIn();
  readonly #highest: number;

  /** No row of holds in the database has a higher number. */
  constructor(highest: number) {
    this.#highest = highest;
  }

  /** Takes the holds of a batch, and what its entries spend but for those in `old`. */
  take({ held, drafts, notes = [], ended = [], settled = [] }: ReadBatch, old: ReadonlySet<number>): void {
    if (held !== undefined) this.#holds.set(held[0], { after: held[1], drafts });
    for (const [hold, cost] of notes) this.#notes.set(hold, cost);
    for (const each of ended) this.#end(each);
    for (const each of settled) if (!old.has(each[0])) this.#spent.add(each);
  }

  write(to: Tables): void {
    for (const [first, { after, drafts }] of this.#holds) to.hold(first, after, drafts);
    for (const [hold, cost] of this.#notes) to.note(hold, cost);
    for (const [first, last] of this.#ended) to.end(first, last);
    for (const row of this.#spent.rows()) to.spend(row);
  }

  #end(ended: Ended): void {
    const [first, last] = ended;
    const wasNew = this.#holds.delete(first);
    if (this.#notes.size > 0) for (let hold = first; hold <= last; hold += 1) this.#notes.delete(hold);
    // A batch that was sent again may tell of holds that the database has.
    if (!wasNew || first <= this.#highest) this.#ended.push(ended);
  }
}

type Ended = readonly [first: number, last: number];

interface Held {
  readonly after: number;
  readonly drafts: string;
}

/** Where it is written. */
export interface Tables {
  hold(first: number, after: number, drafts: string): void;
  note(hold: number, cost: Value): void;
  /** Ends all holds that were placed together, with their notes. */
  end(first: number, last: number): void;
  spend(row: readonly Value[]): void;
}
