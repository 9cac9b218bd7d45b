import type { Value } from '../batch.ts';
import { type Numbers, narrow } from './numbers.ts';
import { type Coded, type Dimension, dimensionColumns, type Names, noName, type Segment } from './segment.ts';
import { measureOf, type Source } from './source.ts';

/** Which columns are gathered, of what. */
export interface Wanted {
  readonly source: Source;
  readonly dimensions: readonly Dimension[];
  /** Measures, `sequence` and `status`. */
  readonly numbers: readonly string[];
  /** Sequences are counted from here. */
  readonly after?: number;
}

/** The statement that selects rows for a gathering, in the order in which it takes their values. */
export function selection({ source, dimensions, numbers, after = 0 }: Wanted, condition: string): string {
  const others: Readonly<Record<string, string>> = { sequence: `${source.sequence} - ${after}`, status: 'status' };
  const columns = [
    'started_at',
    ...numbers.map((name) => measureOf(source, name) ?? others[name] ?? unknown(name)),
    ...dimensions.map((name) => dimensionColumns[name]),
  ];
  return `select ${columns.join(', ')} from ${source.rows} ${condition}`;
}

/** Makes a segment of rows, each as `selection` asked for it. */
export function gather(rows: readonly (readonly Value[])[], wanted: Wanted, names: Names): Segment {
  const times = columnOf(rows, 0);
  const earliest = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  const latest = times.reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY);
  const numbers = new Map<string, Numbers | undefined>([['time', narrow(times.map((time) => time - earliest))]]);
  for (const [index, name] of wanted.numbers.entries()) numbers.set(name, narrow(columnOf(rows, index + 1)));
  const coded = new Map<Dimension, Coded>();
  for (const [index, name] of wanted.dimensions.entries()) {
    const at = wanted.numbers.length + 1 + index;
    coded.set(name, name === 'tag' ? codeLists(rows, at, names) : code(rows, at, (text) => names.idOf(name, text)));
  }
  return segment({ rows: rows.length, earliest, latest }, coded, numbers);
}

/** A segment whose columns are all at hand. */
export function segment(
  extent: Pick<Segment, 'rows' | 'earliest' | 'latest'>,
  coded: ReadonlyMap<Dimension, Coded>,
  numbers: ReadonlyMap<string, Numbers | undefined>,
): Segment {
  return {
    ...extent,
    dimension: (name) => coded.get(name) ?? unknown(name),
    numbers: (name) => numbers.get(name),
  };
}

type Rows = readonly (readonly Value[])[];

function columnOf(rows: Rows, at: number): Float64Array {
  return columnFrom(rows, (row) => Number(row[at] ?? 0));
}

/** A tenth of the time that `Float64Array.from` takes, which goes through an iterator. */
function columnFrom(rows: Rows, numberOf: (row: readonly Value[]) => number): Float64Array {
  const column = new Float64Array(rows.length);
  for (let index = 0; index < rows.length; index += 1) column[index] = numberOf(rows[index] ?? []);
  return column;
}

/** For texts and null: each different one once, and the place of each row's. */
function code(rows: Rows, at: number, idOf: (text: string) => number): Coded {
  const list = new Listing(idOf);
  const places = columnFrom(rows, (row) => list.place(row[at]));
  return { ids: list.ids(), places: narrow(places) };
}

/** For JSON lists of texts. A row without any has the place of what has no name; the same text twice is one. */
function codeLists(rows: Rows, at: number, names: Names): Coded {
  const list = new Listing((text) => names.idOf('tag', text));
  const placesOf = new Map<unknown, readonly number[]>([[null, [list.place(null)]]]);
  const places: number[] = [];
  const ends = columnFrom(rows, (row) => {
    const text = row[at] ?? null;
    const own = placesOf.get(text) ?? listOf(text).map((tag) => list.place(tag));
    placesOf.set(text, own);
    places.push(...own);
    return places.length;
  });
  return { ids: list.ids(), places: narrow(Float64Array.from(places)), ends: narrow(ends) ?? new Uint8Array() };
}

function listOf(text: unknown): readonly (string | null)[] {
  const tags: readonly string[] = [
    ...new Set<string>(JSON.parse(String(text)).map((tag: string) => tag.toWellFormed())),
  ];
  return tags.length === 0 ? [null] : tags;
}

class Listing {
  readonly #idOf: (text: string) => number;
  readonly #places = new Map<unknown, number>();
  readonly #ids: number[] = [];
  /** Rows often say what the row before them said: to compare two texts costs less than to look one up. */
  #lastName: unknown;
  #lastPlace = 0;

  constructor(idOf: (text: string) => number) {
    this.#idOf = idOf;
  }

  place(name: unknown): number {
    if (name === this.#lastName && this.#ids.length > 0) return this.#lastPlace;
    const place = this.#places.get(name) ?? this.#add(name);
    this.#lastName = name;
    this.#lastPlace = place;
    return place;
  }

  #add(name: unknown): number {
    const place = this.#ids.push(typeof name === 'string' ? this.#idOf(name) : noName) - 1;
    this.#places.set(name, place);
    return place;
  }

  ids(): Numbers {
    return Uint32Array.from(this.#ids);
  }
}

function unknown(name: string): never {
  throw new TypeError(`No segment has a column ${name}.`);
}
