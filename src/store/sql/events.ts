import { type Kysely, sql } from 'kysely';
import type { Event } from '../../core/event.ts';
import type { EventRecord, Events, OldEvents } from '../event.ts';
import type { Row, Write } from './batch.ts';
import { cutOf, listed } from './page.ts';
import type { EventRow, Positioned, Schema } from './schema.ts';
import type { Writer } from './writer.ts';

export interface EventTools {
  readonly database: Kysely<Schema>;
  readonly writer: Pick<Writer, 'write'>;
}

/** What happened, newest first. */
export function openEvents({ database, writer }: EventTools): Events {
  return {
    append: async (events) => {
      if (events.length > 0) await writer.write(eventWrite(events));
    },
    async list({ organisationId, kind, subject, from, to, ...page }) {
      const { limit, before } = cutOf(page);
      let rows = database.selectFrom('events').selectAll().where('position', '<', before);
      if (organisationId !== undefined) rows = rows.where('organisation_id', '=', organisationId);
      if (kind !== undefined) rows = rows.where('kind', '=', kind);
      if (subject !== undefined) rows = rows.where('subject', '=', subject);
      if (from !== undefined) rows = rows.where('at', '>=', from);
      if (to !== undefined) rows = rows.where('at', '<', to);
      const found = await rows
        .orderBy('position', 'desc')
        .limit(limit + 1)
        .execute();
      return listed(found, limit, { item: eventRecord, position: ({ position }) => position });
    },
    async remove(old) {
      const found = await oldest(database, old);
      if (found.length > 0) await writer.write({ sql: removal, rows: found.map(({ position }) => [position]) });
      return found.length;
    },
  };
}

/** Looked for where questions are answered: whoever writes is told the places, and need not search while calls wait. */
function oldest(database: Kysely<Schema>, { before, most }: OldEvents) {
  return database
    .selectFrom('events')
    .select('position')
    .where('at', '<', before)
    .where(sql<boolean>`json_extract(body, '$.period') is not 'total'`)
    .where('position', '<', ({ selectFrom }) =>
      selectFrom('events').select(({ fn }) => fn.max('position').as('newest')),
    )
    .orderBy('position')
    .limit(most)
    .execute();
}

const removal = 'delete from events where position = ?';

const insertion = `insert into events (once, at, kind, subject, organisation_id, body) values (?, ?, ?, ?, ?, ?)
  on conflict (once) do nothing`;

/** For whoever writes what the events tell of: given to the writer in the same step, it is in the same commit. */
export function eventWrite(events: readonly Event[]): Write {
  return { sql: insertion, rows: events.map(eventRow) };
}

function eventRow({ once, at, kind, subject, organisationId, body }: Event): Row {
  return [once, at, kind, subject, organisationId, JSON.stringify(body)];
}

function eventRecord({ position, at, kind, subject, organisation_id: organisationId, body }: Read): EventRecord {
  return { id: `event_${position}`, at, kind, subject, organisationId, body: JSON.parse(body) };
}

type Read = EventRow & { readonly [Name in keyof Positioned]: number };
