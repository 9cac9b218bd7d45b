import { Failure } from '../../core/failure.ts';

/** What is kept in memory as well as on the disk, because it is asked for on every call. In the order in which it came. */
export class Register<Item extends { readonly id: string }> {
  readonly #noun: string;
  readonly #items: Map<string, Item>;
  #changes = 0;

  constructor(noun: string, items: readonly Item[]) {
    this.#noun = noun;
    this.#items = new Map(items.map((item) => [item.id, item]));
  }

  /** How often anything was changed: what was made of the items stays true for as long as this does not grow. */
  get changes(): number {
    return this.#changes;
  }

  get(id: string): Item | undefined {
    return this.#items.get(id);
  }

  /** The one with this id, or `resource-unknown` naming the parameter in which it was given. */
  known(id: string, param: string): Item {
    const item = this.#items.get(id);
    if (item !== undefined) return item;
    throw new Failure('resource-unknown', `There is no ${this.#noun} ${JSON.stringify(id)}.`, { param });
  }

  all(): readonly Item[] {
    return [...this.#items.values()];
  }

  /** Adds a new one, durably. Its id is taken from the start, so that two writers of one id cannot both win. */
  async add(item: Item, write: () => Promise<void>): Promise<void> {
    if (this.#items.has(item.id)) {
      throw new Failure('resource-conflict', `There is a ${this.#noun} ${JSON.stringify(item.id)} already.`, {
        param: 'id',
      });
    }
    this.replace(item);
    try {
      await write();
    } catch (thrown) {
      this.#items.delete(item.id);
      this.#changes += 1;
      throw thrown;
    }
  }

  /** Puts a changed one in the place of the one with its id. */
  replace(item: Item): void {
    this.#items.set(item.id, item);
    this.#changes += 1;
  }
}
