import type { SumPage, SumPlace, SumRows } from './question.ts';
import { compareNames, type Sums } from './sum.ts';

/**
 * The rows of one page as they cross to the main thread: flat arrays, which go as they are; thousands of small ones would each be made
 * anew there. All rows without a page.
 */
export function cutSums({ groups, order, nameOf }: Sums, page?: SumPage): SumRows {
  const placeAt = (index: number): SumPlace => {
    const slot = order[index] ?? 0;
    return [groups.bucketStart(slot), ...groups.ids(slot).map(nameOf)];
  };
  const from = page?.after === undefined ? 0 : firstBehind(page.after, order.length, placeAt);
  const wanted = order.subarray(from, from + (page?.limit ?? order.length));
  return {
    bucketStarts: Array.from(wanted, groups.bucketStart),
    names: Array.from(wanted).flatMap((slot) => groups.ids(slot).map(nameOf)),
    sums: Float64Array.from(Array.from(wanted).flatMap((slot) => groups.sums(slot))),
    more: from + wanted.length < order.length,
  };
}

/** The first of so many rows that stands behind a place, be there a row at it or not. */
function firstBehind(after: SumPlace, count: number, placeAt: (index: number) => SumPlace): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (comparePlaces(placeAt(middle), after) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function comparePlaces([timeA, ...namesA]: SumPlace, [timeB, ...namesB]: SumPlace): number {
  if (timeA !== timeB) return (timeA ?? 0) - (timeB ?? 0);
  for (const [index, name] of namesA.entries()) {
    const order = compareNames(name, namesB[index] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}
