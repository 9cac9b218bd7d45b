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
 * over the values themselves, and a third of what SQLite needs to take such a text apart.
 */
export interface Batch {
  /** Ledger entries, in the order of `entryColumns`. */
  readonly entries: readonly Row[];
  readonly writes: readonly Write[];
}

/** What became of a batch: nothing was written, for this reason, or all of it was but for these. */
export type Receipt =
  | { readonly kind: 'broken'; readonly cause: string }
  | { readonly kind: 'committed'; readonly refused: readonly Refusal[] };

export interface Refusal {
  /** Counts the entries first, then the writes. */
  readonly index: number;
  readonly cause: string;
}
