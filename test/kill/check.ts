import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { openStore } from '../../src/store/open.ts';

/** What somebody was told is durable. */
export interface Acknowledged {
  /** Ids of calls: each must have one closing entry, and one record. */
  readonly requests: readonly string[];
  readonly keys: readonly string[];
}

/**
 * Looks at a data directory whose Trestle was killed: opens it as the next start does, then counts. Answers what is wrong,
 * in words; nothing, if all that was acknowledged is there exactly once and the database is sound.
 */
export async function problemsAfterKill(directory: string, told: Acknowledged): Promise<readonly string[]> {
  const store = await openStore({
    directory,
    clock: { now: Date.now, monotonic: () => performance.now(), after: () => () => undefined },
  });
  const database = new Database(join(directory, 'trestle.db'), { readonly: true });
  try {
    const keys = await Promise.all(told.keys.map(async (id) => ((await store.keys.get(id)) === undefined ? [id] : [])));
    const { openHolds, differences } = await store.holds.verify();
    return [
      ...(openHolds === 0 ? [] : [`${openHolds} holds are open after a start`]),
      ...differences.map(
        (each) => `balance of ${each.budgetId} ${each.value ?? ''}: ${each.kept}, not ${each.computed}`,
      ),
      ...leftOpen(database),
      ...wrongCounts(told.requests, counts(database, 'select request_id as id from requests')),
      ...keys.flat().map((id) => `${id} was acknowledged and is gone`),
      ...twice(database),
      ...unsound(database, 'integrity_check'),
      ...unsound(database, 'foreign_key_check'),
    ];
  } finally {
    database.close();
    await store.close();
  }
}

/** What was under way has been charged by the start: nothing of it is left. */
function leftOpen(database: Database): readonly string[] {
  const rows = ['open_holds', 'hold_notes'].map((table) => ({
    table,
    count: Number(database.query(`select count(*) from ${table}`).values()[0]?.[0]),
  }));
  return rows.flatMap(({ table, count }) => (count === 0 ? [] : [`${count} rows are left in ${table}`]));
}

function wrongCounts(ids: readonly string[], found: ReadonlyMap<string, number>): readonly string[] {
  return ids.flatMap((id) => {
    const times = found.get(id) ?? 0;
    return times === 1 ? [] : [`${id} was acknowledged and is there ${times} times`];
  });
}

function counts(database: Database, sql: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { id } of database.query<{ id: string }, []>(sql).all()) found.set(id, (found.get(id) ?? 0) + 1);
  return found;
}

/** Acknowledged or not: nothing may be in the ledger twice. The indexes that forbid it are not asked. */
function twice(database: Database): readonly string[] {
  const found = counts(
    database,
    "select request_id || ' ' || attempt || ' ' || closing as id from entries not indexed",
  );
  return [...found].flatMap(([id, times]) => (times === 1 ? [] : [`the entry ${id} is there ${times} times`]));
}

function unsound(database: Database, pragma: 'integrity_check' | 'foreign_key_check'): readonly string[] {
  const rows = database.query<Record<string, unknown>, []>(`pragma ${pragma}`).all();
  return rows
    .map((row) => Object.values(row).join(' '))
    .flatMap((line) => (line === 'ok' ? [] : [`${pragma}: ${line}`]));
}
