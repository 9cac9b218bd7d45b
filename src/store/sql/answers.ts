import type { Kysely } from 'kysely';
import type { AnswerName, Answers, KeptAnswer } from '../store.ts';
import type { Write } from './batch.ts';
import { present } from './present.ts';
import { asWrite } from './queries.ts';
import type { AnswerRow, Schema } from './schema.ts';
import type { Writer } from './writer.ts';

export interface AnswerTools {
  readonly database: Kysely<Schema>;
  readonly writer: Pick<Writer, 'write'>;
}

/** Answers to operators' changes, each by who asked and under which idempotency key. */
export function openAnswers({ database, writer }: AnswerTools): Answers {
  return {
    async find(name) {
      const row = await database
        .selectFrom('answers')
        .selectAll()
        .where('organisation_id', '=', name.organisationId)
        .where('actor', '=', name.actor)
        .where('idempotency_key', '=', name.idempotencyKey)
        .executeTakeFirst();
      return row === undefined ? undefined : keptAnswer(row);
    },
    save: (answer, { before, most }) =>
      writer.write({
        ...insertion(database, answer),
        also: [
          asWrite(database.deleteFrom('answers').where('at', '<=', before)),
          { sql: dropOldest, rows: [[answer.organisationId, answer.organisationId, most]] },
        ],
      }),
    remove: (name) => writer.write(removal(database, name)),
    async all() {
      const rows = await database.selectFrom('answers').selectAll().orderBy('position').execute();
      return rows.map(keptAnswer);
    },
  };
}

/** All but the newest of an organisation. */
const dropOldest = `delete from answers where organisation_id = ? and position <= (
  select position from answers where organisation_id = ? order by position desc limit 1 offset ?)`;

function insertion(database: Kysely<Schema>, answer: KeptAnswer): Write {
  const row: AnswerRow = {
    organisation_id: answer.organisationId,
    actor: answer.actor,
    idempotency_key: answer.idempotencyKey,
    digest: answer.digest,
    at: answer.at,
    sealed: answer.sealed ?? null,
  };
  return asWrite(
    database
      .insertInto('answers')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['organisation_id', 'actor', 'idempotency_key']).doUpdateSet(({ ref }) => ({
          digest: ref('excluded.digest'),
          at: ref('excluded.at'),
          sealed: ref('excluded.sealed'),
        })),
      ),
  );
}

function removal(database: Kysely<Schema>, { organisationId, actor, idempotencyKey }: AnswerName): Write {
  return asWrite(
    database
      .deleteFrom('answers')
      .where('organisation_id', '=', organisationId)
      .where('actor', '=', actor)
      .where('idempotency_key', '=', idempotencyKey),
  );
}

function keptAnswer(row: AnswerRow): KeptAnswer {
  return {
    organisationId: row.organisation_id,
    actor: row.actor,
    idempotencyKey: row.idempotency_key,
    digest: row.digest,
    at: row.at,
    ...present({ sealed: row.sealed }),
  };
}
