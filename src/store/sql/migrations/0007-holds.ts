import type { Migration } from '../migration.ts';

/**
 * Money reserved for attempts that are under way, how each attempt's hold ended, and what the balances stand at: a cache of the
 * entries, which `ledger/verify` adds up anew.
 *
 * Holds that are placed together are one row, which goes when the last of them has ended: `first` is the number of the first,
 * `drafts` has a line for each, and the entries that end them come behind the entry `after` and bear their numbers. A note is the last
 * checkpoint of a hold, or null if it has ended without an entry.
 *
 * A balance is that of one value of one budget in one window. `since` tells from which moment on a budget's balances are
 * complete, `adjusted` the last adjustment that is in them; a budget of which there is none that is complete is counted from its entries at
 * the next start. `held_skew` is how far the clock that nobody sets was ahead of `held_at`; null if nobody had set the other one.
 */
export const holds: Migration = {
  version: 7,
  name: 'holds',
  statements: [
    `create table open_holds (
      first integer primary key,
      after integer not null,
      drafts text not null
    ) strict`,
    `create table hold_notes (
      hold integer primary key,
      cost integer
    ) strict`,
    `create table budgets_kept (
      number integer primary key,
      budget_id text not null,
      shape text not null,
      since integer not null,
      adjusted integer not null
    ) strict`,
    `create table balances (
      budget integer not null,
      value text not null,
      start integer not null,
      spent integer not null,
      primary key (budget, value, start)
    ) strict, without rowid`,
    'alter table entries add column hold integer',
    'alter table entries add column held_at integer',
    'alter table entries add column held_skew integer',
    'alter table entries add column held integer',
    'alter table entries add column settlement text',
    'alter table entries add column overrun integer check (overrun between 0 and 100000000000000000)',
  ],
};
