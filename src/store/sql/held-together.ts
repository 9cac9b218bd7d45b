/** Holds that are placed together, and stand together on the disk until the last of them has ended. */
export class HeldTogether {
  readonly first: number;
  /** The sequence of an entry before any that ends one of them. */
  readonly after: number;
  readonly #drafts: string[] = [];
  #open = 0;
  #isSealed = false;
  readonly #durable = Promise.withResolvers<void>();
  readonly #promptly = Promise.withResolvers<boolean>();

  constructor(first: number, after: number) {
    this.first = first;
    this.after = after;
    // Whoever holds nothing does not wait for it, and is not to be ended by it.
    this.#durable.promise.catch(() => undefined);
  }

  get last(): number {
    return this.first + this.#drafts.length - 1;
  }

  get size(): number {
    return this.#drafts.length;
  }

  /** Resolves when all of them are on the disk. */
  get durable(): Promise<void> {
    return this.#durable.promise;
  }

  /** Resolves when they are on the disk, to true; or when that has failed, or takes unusually long. */
  get promptly(): Promise<boolean> {
    return this.#promptly.promise;
  }

  add(draft: string): void {
    this.#drafts.push(draft);
    this.#open += 1;
  }

  /** They are on the disk, or on their way there. */
  get isSealed(): boolean {
    return this.#isSealed;
  }

  /** One of them has ended. True if it was the last, and they have to be taken from the disk. */
  end(number: number): boolean {
    this.#open -= 1;
    if (!this.#isSealed) this.#drafts[number - this.first] = '';
    return this.#open === 0 && this.#isSealed;
  }

  /** Nobody joins them any more. A line for each, empty if it has ended already; nothing if all have. */
  seal(): string {
    this.#isSealed = true;
    return this.#open === 0 ? '' : this.#drafts.join('\n');
  }

  /** It takes unusually long until they are on the disk. */
  late(): void {
    this.#promptly.resolve(false);
  }

  conclude(failure: Error | undefined): void {
    this.#promptly.resolve(failure === undefined);
    if (failure === undefined) this.#durable.resolve();
    else this.#durable.reject(failure);
  }
}
