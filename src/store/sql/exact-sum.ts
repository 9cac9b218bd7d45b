/** What a sum takes as a number: two of them are added without losing a digit. Larger amounts come as text. */
export const mostAsNumber = 2 ** 52;

/** An amount in SQL, spelled so that an `ExactSum` takes it. */
export function summand(amount: string): string {
  return `case when ${amount} between -${mostAsNumber} and ${mostAsNumber} then ${amount} else cast(${amount} as text) end`;
}

/** A sum of integers of any size, at the price of numbers as long as they are small. */
export class ExactSum {
  #small = 0;
  #large = 0n;

  add(amount: number | string): void {
    if (typeof amount === 'string') {
      this.#large += BigInt(amount);
      return;
    }
    this.#small += amount;
    if (this.#small <= mostAsNumber && this.#small >= -mostAsNumber) return;
    this.#large += BigInt(this.#small);
    this.#small = 0;
  }

  get value(): bigint {
    return this.#large + BigInt(this.#small);
  }
}
