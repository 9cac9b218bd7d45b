import { openSqlite, type SqliteOptions } from './sql/sqlite.ts';
import type { Store } from './store.ts';

export type StoreOptions = SqliteOptions;

/** Opens the store in a data directory, with its engine: SQLite, which needs nothing set up. One line for each further engine. */
export function openStore(options: StoreOptions): Promise<Store> {
  return openSqlite(options);
}
