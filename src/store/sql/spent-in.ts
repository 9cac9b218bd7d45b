import type { Row, Settled } from './batch.ts';

/** Adds up what the new entries of a batch spend, so that a balance is written once for all of them. */
export class SpentIn {
  readonly #settled: readonly Settled[];
  readonly #sums = new Map<string, Sum>();
  #next = 0;

  constructor(settled: readonly Settled[]) {
    this.#settled = settled;
  }

  /** Counts a new entry; asked for in the order of the entries. */
  take(entry: number): void {
    let settled = this.#settled[this.#next];
    // Those that were refused, or were there already, are not asked for.
    while (settled !== undefined && settled[0] < entry) settled = this.#settled[++this.#next];
    if (settled?.[0] === entry) this.#add(settled);
  }

  /** What each balance grows by. */
  rows(): readonly Row[] {
    return [...this.#sums.values()].map(({ balance, spent }) => [...balance, spent.toString()]);
  }

  #add(settled: Settled): void {
    const spent = BigInt(settled[1]);
    for (let at = 2; at < settled.length; at += 3) {
      const balance = settled.slice(at, at + 3) as Row;
      const name = balance.join(' ');
      const sum = this.#sums.get(name);
      if (sum === undefined) this.#sums.set(name, { balance, spent });
      else sum.spent += spent;
    }
  }
}

interface Sum {
  readonly balance: Row;
  spent: bigint;
}
