import type { Numbers } from './numbers.ts';

/** Sorts items into parts, one column after the other. The parts have numbers without gaps. */
export class Partition {
  #places: Uint32Array;
  #count = 1;

  constructor(items: number) {
    this.#places = new Uint32Array(items);
  }

  /** Divides each part by a column; `owner` says which row of it an item has. */
  split(column: Numbers, size: number, owner: Uint32Array | undefined): void {
    if (this.#count * size > mostParts) this.#close();
    const places = this.#places;
    if (owner === undefined)
      for (let item = 0; item < places.length; item += 1)
        places[item] = (places[item] as number) * size + (column[item] as number);
    else
      for (let item = 0; item < places.length; item += 1)
        places[item] = (places[item] as number) * size + (column[owner[item] as number] as number);
    this.#count *= size;
  }

  finish(): { readonly places: Uint32Array; readonly count: number } {
    if (this.#count > 1_000_000) this.#close();
    return { places: this.#places, count: this.#count };
  }

  /** Numbers the parts anew, leaving out those that are empty. */
  #close(): void {
    const fresh = new Map<number, number>();
    const places = this.#places;
    for (let item = 0; item < places.length; item += 1) {
      const place = places[item] as number;
      let number = fresh.get(place);
      if (number === undefined) {
        number = fresh.size;
        fresh.set(place, number);
      }
      places[item] = number;
    }
    this.#count = Math.max(fresh.size, 1);
  }
}

/** What 32 bits hold. */
const mostParts = 2 ** 32;
