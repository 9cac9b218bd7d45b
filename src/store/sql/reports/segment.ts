import type { Numbers } from './numbers.ts';

/** What entries are told apart by: each with its column there. */
export const dimensionColumns = {
  organisation: 'organisation_id',
  project: 'project_id',
  key: 'key_id',
  provider: 'provider',
  model: 'model',
  requestedModel: 'requested_model',
  operation: 'operation',
  outcome: 'outcome',
  failure: 'failure',
  user: 'end_user',
  tag: 'tags',
  serviceTier: 'service_tier',
} as const;

export type Dimension = keyof typeof dimensionColumns;
export const dimensions = Object.keys(dimensionColumns) as readonly Dimension[];

/**
 * A stretch of the ledger by columns instead of rows, or sums of it: a tenth of the size, and added up or searched many times
 * as fast. Nothing in it changes. A column is fetched when it is asked for.
 */
export interface Segment {
  readonly rows: number;
  /** Epoch milliseconds: between these, inclusive, everything in it began. */
  readonly earliest: number;
  readonly latest: number;
  dimension(name: Dimension): Coded;
  /** Undefined if all are 0. */
  numbers(name: string): Numbers | undefined;
}

/** A column of names: the different ones by their numbers in the list of names, and for each row the place of its own. */
export interface Coded {
  readonly ids: Numbers;
  /** Undefined if all rows have the first. */
  readonly places: Numbers | undefined;
  /** Where a row may have several: how many places there are up to the end of each row. */
  readonly ends?: Numbers;
}

/** The number of what has no name. */
export const noName = 0;

/** The names of all segments, each with a number. */
export interface Names {
  idOf(dimension: Dimension, name: string): number;
  /** Undefined if nothing in a segment has this name. */
  known(dimension: Dimension, name: string): number | undefined;
  /** Null for `noName`. */
  nameOf(id: number): string | null;
}
