import type { Migration } from '../migration.ts';

/** Answers to operators' changes for a day, so that a change asked for once more under its idempotency key is not made again. */
export const answersGiven: Migration = {
  version: 8,
  name: 'answers-given',
  statements: [
    `create table answers (
      position integer primary key,
      organisation_id text not null,
      actor text not null,
      idempotency_key text not null,
      digest text not null,
      at integer not null,
      sealed text,
      unique (organisation_id, actor, idempotency_key)
    ) strict`,
    'create index answers_organisation on answers (organisation_id)',
    'create index answers_at on answers (at)',
  ],
};
