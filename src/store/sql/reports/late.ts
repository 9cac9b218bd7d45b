import type { Database } from 'bun:sqlite';
import type { Value } from '../batch.ts';
import { gather, selection } from './gathering.ts';
import { joined, rowNumbers } from './joined.ts';
import { type Dimension, dimensions, type Names, type Segment } from './segment.ts';
import { openNames } from './shelf.ts';
import { type Source, type SourceName, sources } from './source.ts';

export type Marks = Readonly<Record<SourceName, number>>;

/** Rows of the ledger that are not on the shelf yet. */
export interface Late {
  /** With the names that are in these rows alone. */
  readonly names: Names;
  /** By columns, the newest first; sequences are counted from 0. */
  segments(source: Source): Iterable<Segment>;
}

/** So many sequences are read at a time. */
const stride = 16_384;

/**
 * Keeps what is not on the shelf yet from one report to the next, as rows never change: a report reads only what came since the
 * last, and has left the ledger before it begins. Whoever stays in it keeps the writer from cutting its log short.
 */
export class LateRows {
  readonly #ledger: Database;
  #shelf: Database | undefined;
  #marks: Marks = { entries: 0, adjustments: 0 };
  #names: Names = lateNames(undefined);
  #kept = new Map<SourceName, Kept>();

  constructor(ledger: Database) {
    this.#ledger = ledger;
  }

  /** What is late behind these marks, as it is now. */
  behind(marks: Marks, shelf: Database | undefined): Late {
    if (shelf !== this.#shelf || sources.some(({ name }) => marks[name] !== this.#marks[name])) {
      // Names that were only in the ledger may be on the shelf now, with other numbers.
      [this.#shelf, this.#marks, this.#names] = [shelf, marks, lateNames(shelf)];
      this.#kept = new Map();
    }
    const newest = new Map(sources.map((source) => [source.name, this.#newest(source)]));
    for (const source of sources) this.#keep(source, newest.get(source.name) ?? 0);
    return {
      names: this.#names,
      segments: (source) => this.#kept.get(source.name)?.segments ?? this.#read(source, newest.get(source.name) ?? 0),
    };
  }

  /** The statement is over at once; a transaction would last as long as the report. */
  #newest({ name }: Source): number {
    return (
      this.#ledger.query<{ last: number | null }, []>(`select max(sequence) as last from ${name}`).get()?.last ?? 0
    );
  }

  #keep(source: Source, newest: number): void {
    const mark = this.#marks[source.name];
    if (newest - mark > 2 * stride) {
      this.#kept.delete(source.name);
      return;
    }
    const { end, segments } = this.#kept.get(source.name) ?? { end: mark, segments: [] };
    const fresh = this.#gather(source, end, newest);
    this.#kept.set(source.name, { end: newest, segments: fresh.rows === 0 ? segments : pile(fresh, segments) });
  }

  /** Too much to keep, as while a shelf is being made. */
  *#read(source: Source, newest: number): Generator<Segment> {
    const mark = this.#marks[source.name];
    for (let end = newest; end > mark; end -= stride) yield this.#gather(source, Math.max(mark, end - stride), end);
  }

  #gather(source: Source, after: number, end: number): Segment {
    const wanted = { source, dimensions, numbers: rowNumbers };
    const { sequence } = source;
    const statement = selection(wanted, `where ${sequence} > ? and ${sequence} <= ? order by ${sequence}`);
    return gather(this.#ledger.query<unknown, Value[]>(statement).values(after, end) as Value[][], wanted, this.#names);
  }
}

interface Kept {
  readonly end: number;
  readonly segments: readonly Segment[];
}

/** On top of what is there; two of about the same size become one, so that there are few. */
function pile(fresh: Segment, [top, ...others]: readonly Segment[]): readonly Segment[] {
  if (top === undefined) return [fresh];
  return top.rows <= 2 * fresh.rows ? pile(joined(top, fresh), others) : [fresh, top, ...others];
}

/** The names on the shelf, and those that are only in rows that came since. */
function lateNames(shelf: Database | undefined): Names {
  const fresh = new Map<string, number>();
  const texts = new Map<number, string>();
  const freshKnown = (dimension: Dimension, name: string): number | undefined => fresh.get(`${dimension} ${name}`);
  const add = (dimension: Dimension, name: string): number => {
    const number = freshKnown(dimension, name) ?? lastNumber - fresh.size;
    fresh.set(`${dimension} ${name}`, number);
    texts.set(number, name);
    return number;
  };
  const names = shelf === undefined ? undefined : openNames(shelf, add);
  return {
    idOf: names?.idOf ?? add,
    known: (dimension, name) => names?.known(dimension, name) ?? freshKnown(dimension, name),
    nameOf: (id) => texts.get(id) ?? names?.nameOf(id) ?? null,
  };
}

/** Names that are on no shelf yet are numbered downwards from here. */
const lastNumber = 2 ** 32 - 1;
