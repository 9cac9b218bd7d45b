import type { Migration } from '../migration.ts';

/**
 * Money and times are integers (nano-USD, pico-USD, epoch milliseconds). `position` and `sequence` are the order of
 * writing, which is the order of every list. Entries carry no foreign keys: a key that is gone never stops the books.
 */
export const ledger: Migration = {
  version: 1,
  name: 'ledger',
  statements: [
    `create table organisations (
      position integer primary key,
      id text not null unique,
      name text not null,
      created_at integer not null
    ) strict`,
    `create table projects (
      position integer primary key,
      id text not null unique,
      organisation_id text not null references organisations (id),
      name text not null,
      created_at integer not null
    ) strict`,
    `create table keys (
      position integer primary key,
      id text not null unique,
      name text not null,
      mac text not null unique,
      hint text not null,
      role text not null,
      project_id text not null references projects (id),
      organisation_id text not null references organisations (id),
      models text,
      created_at integer not null,
      expires_at integer,
      revoked_at integer
    ) strict`,
    `create table prices (
      position integer primary key,
      provider text not null,
      model text not null,
      valid_from integer not null,
      input integer,
      cached_input integer,
      cache_write integer,
      audio_input integer,
      output integer,
      reasoning integer,
      audio_output integer,
      per_request integer,
      source text not null
    ) strict`,
    `create unique index prices_once on prices (
      provider, model, valid_from, source, ifnull(input, -1), ifnull(cached_input, -1), ifnull(cache_write, -1),
      ifnull(audio_input, -1), ifnull(output, -1), ifnull(reasoning, -1), ifnull(audio_output, -1), ifnull(per_request, -1)
    )`,
    `create table entries (
      sequence integer primary key,
      request_id text not null,
      attempt integer not null,
      closing integer not null,
      key_id text not null,
      project_id text not null,
      organisation_id text not null,
      dialect text not null,
      operation text not null,
      stream integer not null,
      requested_model text not null,
      provider text,
      model text,
      started_at integer not null,
      ended_at integer not null,
      first_byte_ms real,
      latency_ms real not null,
      status integer not null,
      outcome text not null,
      failure text,
      upstream_status integer,
      upstream_request_id text,
      input integer,
      cached_input integer,
      cache_write integer,
      audio_input integer,
      output integer,
      reasoning integer,
      audio_output integer,
      reported_cost integer,
      basis text not null,
      cost integer check (cost between -100000000000000000 and 100000000000000000),
      end_user text,
      tags text,
      metadata text,
      lost text,
      flags text
    ) strict`,
    'create unique index entries_closing on entries (request_id) where closing = 1',
    'create unique index entries_attempt on entries (request_id, attempt) where closing = 0',
    'create index entries_time on entries (started_at)',
    `create trigger entries_never_change before update on entries
      begin select raise(abort, 'a ledger entry is never changed'); end`,
    `create trigger entries_never_go before delete on entries
      begin select raise(abort, 'a ledger entry is never deleted'); end`,
    `create view requests as
      select
        closing.*,
        max(closing.attempt, ifnull((
          select max(attempt) from entries where request_id = closing.request_id and closing = 0
        ), 0)) as attempts,
        case when not exists (
          select 1 from entries where request_id = closing.request_id and closing = 0 and cost is null
        ) then closing.cost + ifnull((
          select sum(cost) from entries where request_id = closing.request_id and closing = 0
        ), 0) end as total_cost
      from entries as closing
      where closing.closing = 1`,
  ],
};
