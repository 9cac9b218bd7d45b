import { segment } from './gathering.ts';
import { measureNames } from './measures.ts';
import { type Numbers, narrow } from './numbers.ts';
import { type Coded, type Dimension, dimensions, type Segment } from './segment.ts';

/** The numbers that a segment of rows has. */
export const rowNumbers: readonly string[] = ['sequence', 'status', ...measureNames];

/** Two segments of rows as one: the rows of the first, then those of the second. */
export function joined(first: Segment, second: Segment): Segment {
  const rows = first.rows + second.rows;
  const earliest = Math.min(first.earliest, second.earliest);
  const latest = Math.max(first.latest, second.latest);
  const numbers = new Map<string, Numbers | undefined>();
  for (const name of ['time', ...rowNumbers]) {
    const all = new Float64Array(rows);
    put(all, first.numbers(name), 0);
    put(all, second.numbers(name), first.rows);
    if (name === 'time') {
      all.subarray(0, first.rows).forEach((time, row) => {
        all[row] = time + first.earliest - earliest;
      });
      all.subarray(first.rows).forEach((time, row) => {
        all[first.rows + row] = time + second.earliest - earliest;
      });
    }
    numbers.set(name, narrow(all));
  }
  const coded = dimensions.map((name): [Dimension, Coded] => [
    name,
    joinedCoded(first.dimension(name), second.dimension(name), { first: first.rows, second: second.rows }),
  ]);
  return segment({ rows, earliest, latest }, new Map(coded), numbers);
}

function put(all: Float64Array, numbers: Numbers | undefined, at: number): void {
  if (numbers !== undefined) all.set(numbers, at);
}

function joinedCoded(first: Coded, second: Coded, rows: { readonly first: number; readonly second: number }): Coded {
  const ids = new Map<number, number>();
  for (const id of [...first.ids, ...second.ids]) if (!ids.has(id)) ids.set(id, ids.size);
  const firstItems = first.ends?.at(-1) ?? rows.first;
  const secondItems = second.ends?.at(-1) ?? rows.second;
  const places = new Float64Array(firstItems + secondItems);
  for (let item = 0; item < firstItems; item += 1) places[item] = first.places?.[item] ?? 0;
  for (let item = 0; item < secondItems; item += 1)
    places[firstItems + item] = ids.get(second.ids[second.places?.[item] ?? 0] ?? -1) ?? 0;
  const told = { ids: Uint32Array.from(ids.keys()), places: narrow(places) };
  if (first.ends === undefined || second.ends === undefined) return told;
  const ends = Float64Array.from([...first.ends, ...[...second.ends].map((end) => end + firstItems)]);
  return { ...told, ends: narrow(ends) ?? new Uint8Array(rows.first + rows.second) };
}
