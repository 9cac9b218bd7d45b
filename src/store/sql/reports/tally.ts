import { amountNames, amounts, measureNames } from './measures.ts';
import type { Numbers } from './numbers.ts';
import { Partition } from './partition.ts';
import { type Coded, type Dimension, noName, type Segment } from './segment.ts';

/** What is told apart in a sum. */
export interface Grouping {
  readonly dimensions: readonly Dimension[];
  /** Stretches of time of this length, milliseconds. */
  readonly bucketMs?: number;
  /** The number of an organisation's name: of this one alone. */
  readonly organisation?: number;
  /** More groups than this are thrown as `TooManyGroups`. */
  readonly mostGroups: number;
}

/** Inclusive and exclusive, epoch milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export class TooManyGroups extends Error {}

/** The lines of the sums, by their number. */
export interface Groups {
  readonly count: number;
  bucketStart(slot: number): number | null;
  /** The numbers of its names, in the order of the dimensions. */
  ids(slot: number): readonly number[];
  /** In the order of `measureNames`. */
  sums(slot: number): readonly number[];
  /** One measure of all of them. */
  column(name: string): Float64Array;
}

/** Adds segments up. Each row is put into the group it belongs to first; then one column after the other is added. */
export class Tally {
  readonly #grouping: Grouping;
  readonly #steps = new Map<number, number>();
  readonly #bucketNumbers = new Map<number, number>();
  readonly #buckets: (number | null)[] = [];
  readonly #ids: (readonly number[])[] = [];
  readonly #sums: Float64Array[] = measureNames.map(() => new Float64Array(64));
  /** The group at each step; -1 if none ends there. */
  readonly #slotAt: number[] = [-1];
  #rowsSinceCarry = 0;

  constructor(grouping: Grouping) {
    this.#grouping = grouping;
  }

  /** Adds the rows that began in a span of time. */
  add(segment: Segment, { from, to }: Span): void {
    if (segment.rows === 0 || segment.latest < from || segment.earliest >= to) return;
    const { dimensions, bucketMs } = this.#grouping;
    const owner = rowOwners(segment, dimensions);
    const count = owner?.length ?? segment.rows;
    const chosen = this.#choose(segment, { from, to });
    if (chosen === 'none') return;
    const partition = new Partition(count);
    const times = segment.numbers('time');
    if (bucketMs !== undefined && times !== undefined) {
      const { places, count: buckets } = bucketing(segment, bucketMs)(times);
      partition.split(places, buckets, owner);
    }
    for (const name of dimensions) {
      const coded = segment.dimension(name);
      if (coded.places !== undefined)
        partition.split(coded.places, coded.ids.length, coded.ends === undefined ? owner : undefined);
    }
    const slots = this.#slots(segment, { partition, owner, chosen, bucketMs });
    this.#addUp(segment, slots, owner);
  }

  /** What there is so far; it is read before more is added. */
  finish(): Groups {
    this.#carry();
    return {
      count: this.#ids.length,
      bucketStart: (slot) => this.#buckets[slot] ?? null,
      ids: (slot) => this.#ids[slot] ?? [],
      sums: (slot) => this.#sums.map((column) => column[slot] ?? 0),
      column: (name) => this.#sums[measureNames.indexOf(name)]?.subarray(0, this.#ids.length) ?? new Float64Array(),
    };
  }

  /** Which rows count: all, none, or those marked. */
  #choose(segment: Segment, { from, to }: Span): Uint8Array | 'all' | 'none' {
    const { organisation } = this.#grouping;
    const all = segment.earliest >= from && segment.latest < to;
    const coded = organisation === undefined ? undefined : segment.dimension('organisation');
    const own = coded?.ids.indexOf(organisation ?? noName) ?? 0;
    if (own === -1) return 'none';
    const places = coded !== undefined && coded.ids.length > 1 ? coded.places : undefined;
    if (coded !== undefined && coded.ids.length > 1 && places === undefined && own !== 0) return 'none';
    if (all && places === undefined) return 'all';
    const marks = new Uint8Array(segment.rows).fill(1);
    const times = segment.numbers('time');
    if (!all && times !== undefined) {
      const least = from - segment.earliest;
      const end = to - segment.earliest;
      for (let row = 0; row < marks.length; row += 1) {
        const time = times[row] as number;
        if (time < least || time >= end) marks[row] = 0;
      }
    }
    if (places !== undefined) for (let row = 0; row < marks.length; row += 1) if (places[row] !== own) marks[row] = 0;
    return marks;
  }

  /** For each item the place of its group in the sums; -1 for those that do not count. */
  #slots(segment: Segment, { partition, owner, chosen, bucketMs }: Sorting): Int32Array {
    const { places, count } = partition.finish();
    const slotOf = new Int32Array(count).fill(-1);
    const slots = new Int32Array(places.length);
    const columns = this.#grouping.dimensions.map((name) => segment.dimension(name));
    const times = segment.numbers('time');
    for (let item = 0; item < places.length; item += 1) {
      const row = owner === undefined ? item : (owner[item] as number);
      if (chosen !== 'all' && chosen[row] === 0) {
        slots[item] = -1;
        continue;
      }
      const place = places[item] as number;
      let slot = slotOf[place] as number;
      if (slot === -1) {
        const time = segment.earliest + (times?.[row] ?? 0);
        const bucketStart = bucketMs === undefined ? null : time - mod(time, bucketMs);
        // Found step by step, each step's number standing for all before it.
        let step = bucketStart === null ? 0 : this.#step(0, this.#bucket(bucketStart));
        for (let at = 0; at < columns.length; at += 1) {
          const column = columns[at] as Coded;
          step = this.#step(step, idAt(column, column.ends === undefined ? row : item));
        }
        slot = this.#slotAt[step] as number;
        if (slot === -1) {
          const ids = columns.map((column) => idAt(column, column.ends === undefined ? row : item));
          slot = this.#open(step, bucketStart, ids);
        }
        slotOf[place] = slot;
      }
      slots[item] = slot;
    }
    return slots;
  }

  /** The group at this step begins. */
  #open(step: number, bucketStart: number | null, ids: readonly number[]): number {
    const slot = this.#ids.length;
    if (slot === this.#grouping.mostGroups) throw new TooManyGroups();
    this.#ids.push(ids);
    this.#buckets.push(bucketStart);
    this.#slotAt[step] = slot;
    if (slot === this.#sums[0]?.length) {
      for (const [index, column] of this.#sums.entries()) {
        const wider = new Float64Array(column.length * 2);
        wider.set(column);
        this.#sums[index] = wider;
      }
    }
    return slot;
  }

  #bucket(start: number): number {
    const number = this.#bucketNumbers.get(start) ?? this.#bucketNumbers.size;
    this.#bucketNumbers.set(start, number);
    return number;
  }

  #step(before: number, id: number): number {
    const name = before * 2 ** 32 + id;
    const known = this.#steps.get(name);
    if (known !== undefined) return known;
    const step = this.#slotAt.push(-1) - 1;
    this.#steps.set(name, step);
    return step;
  }

  #addUp(segment: Segment, slots: Int32Array, owner: Uint32Array | undefined): void {
    this.#rowsSinceCarry += slots.length;
    if (this.#rowsSinceCarry > mostRowsBeforeCarry) this.#carry();
    for (const [index, name] of measureNames.entries()) {
      const column = segment.numbers(name);
      const sums = this.#sums[index];
      if (column === undefined || sums === undefined) continue;
      if (owner === undefined) addAll(sums, slots, column);
      else addOwned(sums, { slots, column, owner });
    }
  }

  /** Brings the nano-dollars that make whole dollars over to these, long before their sum is more than a number can hold. */
  #carry(): void {
    this.#rowsSinceCarry = 0;
    for (const amount of amounts) {
      const [dollars, nanos] = amountNames(amount).map((name) => this.#sums[measureNames.indexOf(name)]);
      if (dollars === undefined || nanos === undefined) continue;
      for (let slot = 0; slot < this.#ids.length; slot += 1) {
        const whole = Math.trunc((nanos[slot] as number) / 1e9);
        dollars[slot] = (dollars[slot] as number) + whole;
        nanos[slot] = (nanos[slot] as number) - whole * 1e9;
      }
    }
  }
}

interface Sorting {
  readonly partition: Partition;
  readonly owner: Uint32Array | undefined;
  readonly chosen: Uint8Array | 'all';
  readonly bucketMs: number | undefined;
}

/** With fewer rows than this between, less than 2^53 nano-dollars come together. */
const mostRowsBeforeCarry = 4_000_000;

function addAll(sums: Float64Array, slots: Int32Array, column: Numbers): void {
  for (let item = 0; item < slots.length; item += 1) {
    const slot = slots[item] as number;
    if (slot >= 0) sums[slot] = (sums[slot] as number) + (column[item] as number);
  }
}

function addOwned(sums: Float64Array, { slots, column, owner }: Owned): void {
  for (let item = 0; item < slots.length; item += 1) {
    const slot = slots[item] as number;
    if (slot >= 0) sums[slot] = (sums[slot] as number) + (column[owner[item] as number] as number);
  }
}

interface Owned {
  readonly slots: Int32Array;
  readonly column: Numbers;
  readonly owner: Uint32Array;
}

/** Where a row counts under each of several names, one item for each of them; the row of each item. */
function rowOwners(segment: Segment, dimensions: readonly Dimension[]): Uint32Array | undefined {
  const ends = dimensions.map((name) => segment.dimension(name).ends).find((found) => found !== undefined);
  if (ends === undefined) return undefined;
  const owner = new Uint32Array(ends.at(-1) ?? 0);
  for (let row = 0, item = 0; row < ends.length; row += 1)
    for (; item < (ends[row] as number); item += 1) owner[item] = row;
  return owner;
}

/** The stretch of time in which each row began, numbered without large gaps. */
function bucketing({ earliest, latest }: Segment, bucketMs: number) {
  const offset = mod(earliest, bucketMs);
  const count = Math.floor((latest - earliest + offset) / bucketMs) + 1;
  const numbers = new Map<number, number>();
  const renumber = (bucket: number): number => {
    const number = numbers.get(bucket) ?? numbers.size;
    numbers.set(bucket, number);
    return number;
  };
  return (times: Numbers): { readonly places: Numbers; readonly count: number } => {
    const places = new Float64Array(times.length);
    for (let row = 0; row < times.length; row += 1) {
      const bucket = Math.floor(((times[row] as number) + offset) / bucketMs);
      places[row] = count > times.length * 4 ? renumber(bucket) : bucket;
    }
    return { places, count: Math.max(1, numbers.size === 0 ? count : numbers.size) };
  };
}

function mod(time: number, length: number): number {
  return time - Math.floor(time / length) * length;
}

function idAt({ ids, places }: Coded, at: number): number {
  return ids[places?.[at] ?? 0] ?? noName;
}
