import type { Row, Settled } from './batch.ts';

/** Adds up what entries spend, so that a balance is written once for all of them. */
export class SpentIn {
  readonly #sums = new Map<string, Sum>();

  add(settled: Settled): void {
    const spent = BigInt(settled[1]);
    for (let at = 2; at < settled.length; at += 3) {
      const balance = settled.slice(at, at + 3) as Row;
      const name = balance.join(' ');
      const sum = this.#sums.get(name);
      if (sum === undefined) this.#sums.set(name, { balance, spent });
      else sum.spent += spent;
    }
  }

  /** What each balance grows by. */
  rows(): readonly Row[] {
    return [...this.#sums.values()].map(({ balance, spent }) => [...balance, spent.toString()]);
  }
}

interface Sum {
  readonly balance: Row;
  spent: bigint;
}
