import type { AuditRecord, PriceRecord, Prices } from '../store/store.ts';
import { guardedPrices, type PriceJump } from './price-guard.ts';
import type { Seed } from './seed-conversion.ts';

/** The price list that comes with this version, as it is named in every price taken from it. */
export const seedSource = 'genai-prices@0.1.8';

export interface Seeding {
  /** Every stored price, the list's own among them. */
  readonly records: readonly PriceRecord[];
  /** What was taken up just now; absent if the store had this list already. */
  readonly added?: Pick<Seed, 'coverage' | 'refused'> & {
    /** Prices that were not taken, for they are too far from those in force: these stay. */
    readonly jumps: readonly PriceJump[];
  };
}

export interface SeedTools {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Tells of it in the audit trail. */
  readonly record: (summary: string) => AuditRecord;
  readonly convert?: () => Promise<Seed>;
}

/**
 * Puts the prices of the list that are believable at a time into the store, once for each version of it. Older prices stay, so that
 * the past can be priced again; newer lists come before them in the price book.
 */
export async function seedPrices(
  prices: Prices,
  { at, record, convert = convertInWorker }: SeedTools,
): Promise<Seeding> {
  const stored = await prices.all();
  if (stored.some(({ price }) => price.source === seedSource)) return { records: stored };
  const { records, coverage, refused } = await convert();
  const { taken, jumps } = guardedPrices(stored, records, at);
  const left = jumps.length === 0 ? '' : `; ${jumps.length} are too far from those in force, which stay`;
  await prices.add(taken, record(`took up ${taken.length} prices of ${seedSource}${left}`));
  return { records: [...stored, ...taken], added: { coverage, refused, jumps } };
}

/** The list takes tens of megabytes to read: a thread of its own takes them, and takes them away with it. */
export function convertInWorker(): Promise<Seed> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./seed-worker.ts', import.meta.url));
    worker.onmessage = ({ data }: MessageEvent<Seed>) => {
      worker.terminate();
      resolve(data);
    };
    worker.onerror = ({ message }) => {
      worker.terminate();
      reject(new Error(`The price list ${seedSource} could not be read: ${message}`));
    };
  });
}
