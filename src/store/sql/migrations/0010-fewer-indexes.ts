import type { Migration } from '../migration.ts';

/** Lists of calls are found by columns in `reports.db`: the indexes that they had here cost every call, and serve nobody. */
export const fewerIndexes: Migration = {
  version: 10,
  name: 'fewer indexes',
  statements: ['entries_key', 'entries_trouble', 'entries_failure'].map((name) => `drop index ${name}`),
};
