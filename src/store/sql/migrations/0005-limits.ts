import type { Migration } from '../migration.ts';

/** What may be spent and asked: JSON lists, null where there are none. They are read on every call, so they stand with their owners. */
export const limits: Migration = {
  version: 5,
  name: 'limits',
  statements: ['organisations', 'projects', 'keys'].flatMap((table) => [
    `alter table ${table} add column budgets text`,
    `alter table ${table} add column rate_limits text`,
  ]),
};
