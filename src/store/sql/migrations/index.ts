import type { Migration } from '../migration.ts';
import { ledger } from './0001-ledger.ts';
import { priceTiers } from './0002-price-tiers.ts';
import { hourLongCache } from './0003-hour-long-cache.ts';
import { management } from './0004-management.ts';

/** Every change of the schema since the first, in order. One that was released is never edited. */
export const migrations: readonly Migration[] = [ledger, priceTiers, hourLongCache, management];
