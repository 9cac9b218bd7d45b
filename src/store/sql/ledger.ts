import type { Kysely } from 'kysely';
import type { Clock } from '../../core/ports.ts';
import type { Ledger } from '../store.ts';
import { listBooked, writeAdjustments } from './adjustments.ts';
import type { Bookkeeping } from './bookkeeping.ts';
import { sumObserved } from './observed.ts';
import type { Reader } from './reader.ts';
import { listRequests, requestStory } from './requests.ts';
import type { Schema } from './schema.ts';
import { listUsage, sumUsage } from './usage.ts';
import type { Writer } from './writer.ts';

export interface LedgerTools {
  readonly database: Kysely<Schema>;
  readonly writer: Writer;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly bookkeeping: Pick<Bookkeeping, 'append' | 'book'>;
}

export function openLedger({ database, writer, reader, clock, bookkeeping }: LedgerTools): Ledger {
  return {
    append: bookkeeping.append,
    requests: (query) => listRequests({ database, reader, clock }, query),
    request: (id, of) => requestStory(database, id, of),
    usage: (query) => sumUsage({ reader, clock }, query),
    usagePage: (query, page) => listUsage({ reader, clock }, query, page),
    booked: (query) => listBooked(database, query),
    async adjust(adjustments, audit) {
      await writeAdjustments({ database, writer }, adjustments, audit);
      if (adjustments.length > 0) bookkeeping.book.recount();
    },
    observed: (query) => sumObserved(database, query),
  };
}
