import { Failure } from '../../src/core/failure.ts';
import type { Hold, Store, WantedHold } from '../../src/store/store.ts';
import type { BudgetBook, Now } from './budget-book.ts';
import type { Spender } from './concern.ts';

export interface Watching {
  readonly book: BudgetBook;
  now(): Now;
  complain(problem: string): void;
}

/** The store as the house has it, with everything about money seen by the second book in the same step. */
export function watchedStore(store: Store, watching: Watching): Store {
  const { holds, ledger } = store;
  const { book, now } = watching;
  return {
    ...store,
    holds: {
      ...holds,
      place: (wanted) => place(store, wanted, watching),
      release: (hold) => {
        book.released(hold);
        holds.release(hold);
      },
      lower: (hold, cost) => {
        holds.lower(hold, cost);
        book.lowered(hold, cost);
      },
    },
    ledger: {
      ...ledger,
      append: (entry, hold) => {
        const written = ledger.append(entry, hold);
        if (hold !== undefined) book.settled(entry, hold, now());
        else book.charged(entry, now());
        return written;
      },
    },
  };
}

/** Whatever is said to be free must be what the second book has; nobody is refused for whom that is enough. */
function place(store: Store, wanted: WantedHold, { book, now, complain }: Watching): Hold {
  const spender: Spender = wanted.entry;
  const limits = store.limits.of(wanted.entry);
  const believed = book.room(spender, limits, now());
  const said: (bigint | undefined)[] = [];
  try {
    const hold = store.holds.place({
      ...wanted,
      fit: (room) => {
        said.push(room.free);
        return wanted.fit(room);
      },
    });
    book.placed(hold, { spender, limits, now: now() });
    return hold;
  } catch (thrown) {
    const isRefused = thrown instanceof Failure && thrown.kind === 'budget-exhausted';
    if (isRefused && believed.certain && wanted.fit(believed) !== undefined)
      complain(`${spender.requestId} was refused although ${believed.free} was free: ${thrown.message}`);
    throw thrown;
  } finally {
    if (believed.certain && said.length > 0 && said[0] !== believed.free)
      complain(`${spender.requestId}: ${said[0]} was said to be free, ${believed.free} was (${believed.tightest})`);
  }
}
