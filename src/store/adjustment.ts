import type { NanoUsd } from '../core/money.ts';
import type { Entry, Settlement } from './store.ts';

/** Attempts that were charged for something. */
export interface BookedQuery {
  /** When the attempt, or the call of a closing one, began: inclusive, epoch milliseconds. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly organisationId?: string;
  readonly provider?: string;
  readonly model?: string;
  /** Only those behind this one, in the order of `startedAt` and then of `sequence`. */
  readonly after?: { readonly startedAt: number; readonly sequence: number };
  readonly limit: number;
}

/** What an attempt consumed and what it costs by now. */
export interface BookedEntry
  extends Pick<Entry, 'requestId' | 'attempt' | 'operation' | 'startedAt' | 'endedAt' | 'usage' | 'basis'> {
  readonly sequence: number;
  readonly provider: string;
  readonly model: string;
  /** With every adjustment, and what overran its hold; absent if the price is unknown. */
  readonly cost?: NanoUsd;
  /** How many adjustments it has. */
  readonly adjustments: number;
  /** It was charged all that was held for it. */
  readonly capped: boolean;
  readonly settlement?: Settlement;
  readonly flags: readonly string[];
}

/** A correction of what an entry costs. Append-only, like the entry. */
export interface Adjustment {
  /** The sequence of the entry. */
  readonly entry: number;
  /** One-based, of the entry's adjustments. */
  readonly number: number;
  readonly requestId: string;
  readonly attempt: number;
  readonly delta: NanoUsd;
  readonly reason: 're-priced' | 'priced';
  /** The source of the price that was applied. */
  readonly source: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Of all that were made in one go. */
  readonly batch: string;
}
