import type { LimitOwner } from '../../core/limit.ts';
import type { KeptBudget } from './kept-budget.ts';

const nothing: ReadonlySet<KeptBudget> = new Set();

/** The budgets that are counted and in force, by their id and by their owner. */
export class KeptBudgets {
  readonly #byId = new Map<string, KeptBudget>();
  readonly #byOwner = new Map<string, Set<KeptBudget>>();

  get(id: string): KeptBudget | undefined {
    return this.#byId.get(id);
  }

  all(): IterableIterator<KeptBudget> {
    return this.#byId.values();
  }

  of(owner: LimitOwner): ReadonlySet<KeptBudget> {
    return this.#byOwner.get(nameOf(owner)) ?? nothing;
  }

  /** Puts it in the place of the one with its id. */
  put(kept: KeptBudget): void {
    const before = this.#byId.get(kept.budget.id);
    if (before !== undefined) this.delete(before);
    this.#byId.set(kept.budget.id, kept);
    const name = nameOf(kept.owner);
    const own = this.#byOwner.get(name);
    if (own === undefined) this.#byOwner.set(name, new Set([kept]));
    else own.add(kept);
  }

  /** Another one in its place stays. */
  delete(kept: KeptBudget): void {
    if (this.#byId.get(kept.budget.id) !== kept) return;
    this.#byId.delete(kept.budget.id);
    const name = nameOf(kept.owner);
    const own = this.#byOwner.get(name);
    own?.delete(kept);
    if (own?.size === 0) this.#byOwner.delete(name);
  }
}

function nameOf({ kind, id }: LimitOwner): string {
  return `${kind} ${id}`;
}
