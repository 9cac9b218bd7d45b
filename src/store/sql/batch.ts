/** What SQLite is given for a parameter. A bigint travels as its decimal text, which an integer column takes exactly. */
export type Value = string | number | null;
export type Row = readonly Value[];

/** A statement that is run once for each row, all or none. Doing it twice must be the same as doing it once. */
export interface Write {
  readonly sql: string;
  readonly rows: readonly Row[];
  /** What is written together with it, or not at all. */
  readonly also?: readonly Write[];
}

/**
 * What the writer's thread commits in one transaction. It crosses as one JSON text: measured, that costs less than handing
 * over the values themselves, and a third of what SQLite needs to take such a text apart. The drafts of new holds are JSON
 * already: they follow it, each on a line of its own, and nobody takes them apart.
 */
export interface Batch {
  /** Ledger entries, in the order of `entryColumns`. */
  readonly entries: readonly Row[];
  readonly writes: readonly Write[];
  /** What some of the entries spend, in the order of the entries. */
  readonly settled?: readonly Settled[];
  /** Of the new holds: the number of the first, and the sequence of an entry before any that ends one of them. */
  readonly held?: readonly [first: number, after: number];
  /** What is produced so far of attempts under way; null for a hold that has ended without an entry. */
  readonly notes?: readonly (readonly [hold: number, cost: Value])[];
  /** Holds that were placed together and have ended all: the numbers of the first and of the last. */
  readonly ended?: readonly (readonly [first: number, last: number])[];
}

/**
 * Which of the batch's entries; how much it spends; and in which balances, three values for each: the number of the budget, the
 * value and the start of the window. They count if the entry is new.
 */
export type Settled = readonly [entry: number, spent: number | string, ...balances: Value[]];

/** What became of a batch: nothing was written, for this reason, or all of it was but for these. */
export type Receipt =
  | { readonly kind: 'broken'; readonly cause: string }
  | { readonly kind: 'committed'; readonly refused: readonly Refusal[] };

export interface Refusal {
  /** Counts the entries first, then the writes. */
  readonly index: number;
  readonly cause: string;
}
