import type { Migration } from '../migration.ts';
import { ledger } from './0001-ledger.ts';
import { priceTiers } from './0002-price-tiers.ts';
import { hourLongCache } from './0003-hour-long-cache.ts';
import { management } from './0004-management.ts';
import { limits } from './0005-limits.ts';
import { unitsAndAdjustments } from './0006-units-and-adjustments.ts';
import { holds } from './0007-holds.ts';
import { answersGiven } from './0008-answers-given.ts';
import { events } from './0009-events.ts';
import { fewerIndexes } from './0010-fewer-indexes.ts';
import { aheadOfTheDatabase } from './0011-ahead-of-the-database.ts';

/** Every change of the schema since the first, in order. One that was released is never edited. */
export const migrations: readonly Migration[] = [
  ledger,
  priceTiers,
  hourLongCache,
  management,
  limits,
  unitsAndAdjustments,
  holds,
  answersGiven,
  events,
  fewerIndexes,
  aheadOfTheDatabase,
];
