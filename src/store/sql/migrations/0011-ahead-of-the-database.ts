import type { Migration } from '../migration.ts';

/**
 * Which generation of the log ahead of the database (`ahead-log.ts`) is not in the database yet. It begins anywhere, so that the
 * log of another database is not taken for its own.
 */
export const aheadOfTheDatabase: Migration = {
  version: 11,
  name: 'ahead of the database',
  statements: [
    'create table ahead (generation integer not null) strict',
    'insert into ahead (generation) values ((random() & 0xffffffff) + 1)',
  ],
};
