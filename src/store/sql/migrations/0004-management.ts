import type { Migration } from '../migration.ts';

/**
 * What operators change over the API: settings, renamed and archived tenants, keys with two secrets at a time, and the record of
 * who changed what. The indexes are those of lists of calls: by key, and of what went wrong alone. Every index of
 * all calls costs each call some microseconds, so there is no other.
 */
export const management: Migration = {
  version: 4,
  name: 'management',
  statements: [
    'alter table organisations add column archived_at integer',
    'alter table projects add column archived_at integer',
    'alter table keys add column previous_mac text',
    'alter table keys add column previous_expires_at integer',
    `create table settings (
      position integer primary key,
      kind text not null,
      name text not null,
      entry text not null,
      sealed text,
      disabled integer not null,
      version integer not null,
      created_at integer not null,
      updated_at integer not null,
      unique (kind, name)
    ) strict`,
    `create table audit (
      position integer primary key,
      id text not null unique,
      at integer not null,
      actor text not null,
      organisation_id text not null,
      procedure text not null,
      subject text not null,
      summary text not null
    ) strict`,
    `create trigger audit_never_changes before update on audit
      begin select raise(abort, 'an audit record is never changed'); end`,
    `create trigger audit_never_goes before delete on audit
      begin select raise(abort, 'an audit record is never deleted'); end`,
    'create index entries_key on entries (key_id, sequence) where closing = 1',
    "create index entries_trouble on entries (sequence) where closing = 1 and outcome <> 'complete'",
    'create index entries_failure on entries (failure, sequence) where closing = 1 and failure is not null',
  ],
};
