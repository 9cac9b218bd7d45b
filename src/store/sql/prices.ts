import { type Kysely, sql } from 'kysely';
import type { Price } from '../../core/money.ts';
import { byClassName, usageClassNames } from '../../core/usage.ts';
import type { PriceRecord, Prices } from '../store.ts';
import { recorded } from './audit.ts';
import type { Row } from './batch.ts';
import { present } from './present.ts';
import {
  readServiceTiers,
  readTiers,
  readUnits,
  writtenServiceTiers,
  writtenTiers,
  writtenUnits,
} from './price-tiers.ts';
import type { PriceRow, Schema } from './schema.ts';
import { perClass, tokenColumns } from './token-columns.ts';
import type { Writer } from './writer.ts';

export interface PriceTools {
  readonly database: Kysely<Schema>;
  readonly writer: Pick<Writer, 'write'>;
}

/** Prices by date. They are asked for when the catalog is built, not on every call. */
export function openPrices({ database, writer }: PriceTools): Prices {
  return {
    all: async () => (await priceRows(database).execute()).map(priceRecord),
    of: async (providers) => (await priceRows(database).where('provider', 'in', providers).execute()).map(priceRecord),
    async has(source) {
      const rows = await database.selectFrom('prices').select('source').where('source', '=', source).limit(1).execute();
      return rows.length > 0;
    },
    async add(records, audit) {
      const [first, ...others] = records.map(priceRow);
      if (first === undefined) return;
      const { sql: statement } = database
        .insertInto('prices')
        .values(first)
        .onConflict((conflict) => conflict.doNothing())
        .compile();
      const rows = [first, ...others].map((row): Row => Object.values(row));
      await writer.write(recorded(database, { sql: statement, rows }, audit));
    },
  };
}

function priceRow({ provider, model, price }: PriceRecord): PriceRow {
  const { perToken } = price;
  return {
    provider,
    model,
    valid_from: price.from,
    ...byClassName((name) => digits(perToken[name])),
    per_request: digits(price.perRequest),
    tiers: writtenTiers(price.tiers),
    units: writtenUnits(price.perUnit),
    service_tiers: writtenServiceTiers(price.serviceTiers),
    source: price.source,
  };
}

function digits(amount: bigint | undefined): string | null {
  return amount === undefined ? null : amount.toString();
}

function priceRows(database: Kysely<Schema>) {
  return database
    .selectFrom('prices')
    .select(['provider', 'model', 'valid_from', 'tiers', 'units', 'service_tiers', 'source'])
    .select(amounts.map((name) => sql<string | null>`cast(${sql.ref(name)} as text)`.as(name)))
    .orderBy('valid_from')
    .orderBy('position');
}

const amounts = [...tokenColumns, 'per_request'] as const;

function priceRecord(row: PriceRow): PriceRecord {
  const price: Price = {
    from: row.valid_from,
    perToken: perClass(byClassName((name) => amount(row[usageClassNames[name]]))),
    source: row.source,
    ...present({
      perRequest: amount(row.per_request),
      tiers: readTiers(row.tiers),
      perUnit: readUnits(row.units),
      serviceTiers: readServiceTiers(row.service_tiers),
    }),
  };
  return { provider: row.provider, model: row.model, price };
}

function amount(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}
