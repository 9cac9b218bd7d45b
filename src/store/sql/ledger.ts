import type { Kysely } from 'kysely';
import type { Ledger } from '../store.ts';
import { entryRow } from './entry.ts';
import { listRequests, requestStory } from './requests.ts';
import type { Schema } from './schema.ts';
import { sumUsage } from './usage.ts';
import type { Writer } from './writer.ts';

export interface LedgerTools {
  readonly database: Kysely<Schema>;
  readonly writer: Writer;
  /** The sequence of the last entry there is. */
  readonly last: number;
}

/** The ledger. We number the entries ourselves, so that one that is sent twice is known by its number. */
export function openLedger({ database, writer, last }: LedgerTools): Ledger {
  let sequence = last;
  return {
    append(entry) {
      sequence += 1;
      return writer.append(entryRow(sequence, entry));
    },
    requests: (query) => listRequests(database, query),
    request: (id) => requestStory(database, id),
    usage: (query) => sumUsage(database, query),
  };
}

/** The sequence of the newest entry; 0 if there is none. */
export async function lastSequence(database: Kysely<Schema>): Promise<number> {
  const { newest } = await database
    .selectFrom('entries')
    .select(({ fn }) => fn.max('sequence').as('newest'))
    .executeTakeFirstOrThrow();
  return newest ?? 0;
}
