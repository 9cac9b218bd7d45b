import type { UsageQuery } from '../../store.ts';
import type { Search } from './find.ts';

/** What the reader's thread is asked beside plain statements. */
export type ReportQuestion = SumQuestion | { readonly find: Search };

export interface SumQuestion {
  readonly sum: UsageQuery;
  /** Absent if all rows are wanted. */
  readonly page?: SumPage;
}

export interface SumPage {
  readonly limit: number;
  /** The last row of the page before. */
  readonly after?: SumPlace;
  /** When it is asked, milliseconds on a clock that nobody sets. */
  readonly at: number;
}

/** What a row is of: rows are in the order of their time, then of their names, what has none first. */
export type SumPlace = readonly [bucketStart: number | null, ...names: (string | null)[]];

/** Sums, row after row: as many names as there are dimensions, as many sums as there are measures. */
export interface SumRows {
  readonly bucketStarts: readonly (number | null)[];
  readonly names: readonly (string | null)[];
  readonly sums: Float64Array;
  /** There are rows behind these. */
  readonly more: boolean;
}

/** Or that there are too many. */
export type SumAnswer = SumRows | { readonly most: number };
