import type { Migration } from '../migration.ts';

/**
 * The outbox of what operators may want to be told of, and an index of the calls alone that a limit would have refused: it costs a
 * call that no limit observes a look at its flags, which are null.
 */
export const events: Migration = {
  version: 9,
  name: 'events',
  statements: [
    `create table events (
      position integer primary key,
      once text not null unique,
      at integer not null,
      kind text not null,
      subject text not null,
      organisation_id text not null,
      body text not null
    ) strict`,
    `create trigger events_never_change before update on events
      begin select raise(abort, 'an event is never changed'); end`,
    `create index entries_observed on entries (started_at, organisation_id, key_id, request_id, flags)
      where instr(flags, '"would-refuse:') > 0`,
  ],
};
