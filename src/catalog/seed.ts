import type { AuditRecord, PriceRecord, Prices } from '../store/store.ts';
import { guardedPrices, type PriceJump } from './price-guard.ts';
import { listedPrices, seedSource } from './seed-prices.ts';

/** What was taken up just now. */
export interface Seeding {
  /** How many prices the store has now. */
  readonly count: number;
  /** Prices that were not taken, for they are too far from those in force: these stay. */
  readonly jumps: readonly PriceJump[];
}

export interface SeedTools {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Tells of it in the audit trail. */
  readonly record: (summary: string) => AuditRecord;
  /** Those of the list; the one that comes along if absent. */
  readonly listed?: () => Promise<readonly PriceRecord[]>;
}

/**
 * Puts the prices of the list that are believable at a time into the store, once for each version of it: undefined if it has this
 * one already. Older prices stay, so that the past can be priced again; newer lists come before them in the price book.
 */
export async function seedPrices(
  prices: Prices,
  { at, record, listed = listedPrices }: SeedTools,
): Promise<Seeding | undefined> {
  if (await prices.has(seedSource)) return undefined;
  const stored = await prices.all();
  const { taken, jumps } = guardedPrices(stored, await listed(), at);
  const left = jumps.length === 0 ? '' : `; ${jumps.length} are too far from those in force, which stay`;
  await prices.add(taken, record(`took up ${taken.length} prices of ${seedSource}${left}`));
  return { count: stored.length + taken.length, jumps };
}
