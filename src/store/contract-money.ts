import { Failure } from '../core/failure.ts';
import type { Budget } from '../core/limit.ts';
import { bareEntry, exampleKey, withTenants } from './contract-examples.ts';
import type { BudgetStanding, Entry, Hold, Key, Room, Store } from './store.ts';

/** In all, so that the time at which a store is opened does not matter. */
export const exampleBudget: Budget = {
  id: 'budget_1',
  limit: 1_000n,
  period: 'total',
  window: 'calendar',
  timezone: 'UTC',
  mode: 'hard',
  match: {},
  createdAt: 1_000,
};

/** An attempt that consumed nothing yet for sure. */
export const exampleDraft: Entry = { ...bareEntry, attempt: 1, provider: 'openai', model: 'gpt-5-mini', cost: 0n };

export interface Wanted {
  /** Held if so much is free; else nothing fits. */
  readonly amount: bigint;
  readonly rooms?: Room[];
}

export function place(store: Store, entry: Entry, { amount, rooms }: Wanted): Hold {
  return store.holds.place({
    entry,
    fit(room) {
      rooms?.push(room);
      return room.free === undefined || amount <= room.free ? amount : undefined;
    },
  });
}

export function standing(store: Store): readonly BudgetStanding[] {
  return store.holds.standings({ kind: 'key', id: 'key_1' });
}

export async function withBudgets(store: Store, budgets: Key['budgets'] = []): Promise<Store> {
  await withTenants(store);
  await store.keys.create({ ...exampleKey, budgets });
  return store;
}

export function failed(act: () => unknown): Failure {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
    throw thrown;
  }
  throw new Error('nothing was refused');
}
