import type { Database } from 'bun:sqlite';
import type { PastQuery } from '../store.ts';
import { type SpendingAsked, spendingWalk } from './spending-walk.ts';
import { useWalk } from './use-walk.ts';

/** Entries behind `after`, up to `upTo` and that included. */
export interface Stretch {
  readonly after: number;
  readonly upTo: number;
}

/** What is added up while somebody goes through the ledger. */
export type Walk = { readonly spending: SpendingAsked } | { readonly use: PastQuery };

/**
 * A walk begins, goes through stretch after stretch, and then gives what it found, so many at a time: fewer are the last. Between any two
 * steps the thread answers other questions, and the database may cut its log short.
 */
export type WalkStep =
  | { readonly begin: Walk }
  | { readonly walk: number; readonly through: Stretch }
  | { readonly walk: number; readonly take: number };

/** Adds up what it is led through. */
export interface Walker {
  through(stretch: Stretch): void;
  found(): Iterator<object>;
}

interface Under {
  readonly walker: Walker;
  found?: Iterator<object>;
}

/** The walks that are under way on the reader's thread. */
export class Walks {
  readonly #database: Database;
  readonly #under = new Map<number, Under>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** The number of the question with which it begins is that of the walk: no other life of the thread has given it. */
  step(question: number, step: WalkStep): readonly object[] {
    if ('begin' in step) {
      this.#under.set(question, { walker: this.#walker(step.begin) });
      return [{ walk: question }];
    }
    const under = this.#under.get(step.walk);
    if (under === undefined) throw new TypeError(`walk ${step.walk} is not under way`);
    if ('through' in step) under.walker.through(step.through);
    return 'take' in step ? this.#take(under, step) : [];
  }

  #walker(walk: Walk): Walker {
    return 'spending' in walk ? spendingWalk(this.#database, walk.spending) : useWalk(this.#database, walk.use);
  }

  #take(under: Under, { walk, take }: { readonly walk: number; readonly take: number }): readonly object[] {
    under.found ??= under.walker.found();
    const taken: object[] = [];
    while (taken.length < take) {
      const { done, value } = under.found.next();
      if (done === true) break;
      taken.push(value);
    }
    if (taken.length < take || take === 0) this.#under.delete(walk);
    return taken;
  }
}
