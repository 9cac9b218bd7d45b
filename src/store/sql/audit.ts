import type { Kysely } from 'kysely';
import type { Audit, AuditRecord } from '../store.ts';
import type { Write } from './batch.ts';
import { cutOf, listed } from './page.ts';
import { asWrite } from './queries.ts';
import type { AuditRow, Positioned, Schema } from './schema.ts';
import type { Writer } from './writer.ts';

export interface AuditTools {
  readonly database: Kysely<Schema>;
  readonly writer: Pick<Writer, 'write'>;
}

/** Who changed what, newest first. */
export function openAudit({ database, writer }: AuditTools): Audit {
  return {
    append: (record) => writer.write(insertion(database, record)),
    async list({ organisationId, actor, subject, procedures, ...page }) {
      const { limit, before } = cutOf(page);
      let rows = database.selectFrom('audit').selectAll().where('position', '<', before);
      if (organisationId !== undefined) rows = rows.where('organisation_id', '=', organisationId);
      if (actor !== undefined) rows = rows.where('actor', '=', actor);
      if (subject !== undefined) rows = rows.where('subject', '=', subject);
      if (procedures !== undefined) rows = rows.where('procedure', 'in', procedures);
      const found = await rows
        .orderBy('position', 'desc')
        .limit(limit + 1)
        .execute();
      return listed(found, limit, { item: auditRecord, position: ({ position }) => position });
    },
  };
}

/** A change together with the record of it: both or neither. */
export function recorded(database: Kysely<Schema>, write: Write, audit: AuditRecord | undefined): Write {
  return audit === undefined ? write : { ...write, also: [...(write.also ?? []), insertion(database, audit)] };
}

function insertion(database: Kysely<Schema>, { organisationId: organisation_id, ...record }: AuditRecord): Write {
  const { id, at, actor, procedure, subject, summary } = record;
  const row: AuditRow = { id, at, actor, organisation_id, procedure, subject, summary };
  return asWrite(
    database
      .insertInto('audit')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doNothing()),
  );
}

function auditRecord({ organisation_id: organisationId, position: _, ...row }: Read): AuditRecord {
  return { ...row, organisationId };
}

type Read = AuditRow & { readonly [Name in keyof Positioned]: number };
