import type { Database } from 'bun:sqlite';

/** New columns at the end of a strict table, without a default: they are null in all rows that are there. */
export interface AddedColumns {
  readonly table: string;
  readonly columns: readonly string[];
}

/**
 * Adds columns, within a transaction. For each column that is added to a strict table, SQLite reads and checks all its rows: some ten seconds over
 * ten million of them. But nothing that is kept changes, only the text of the table, so that alone is written, as SQLite
 * describes it: https://www.sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes
 */
export function addColumns(database: Database, added: AddedColumns): void {
  if (rewritten(database, added)) return;
  for (const column of added.columns) database.run(`alter table ${added.table} add column ${column}`);
}

const end = ') strict';

/** False where SQLite does not let anybody write there, as Apple's, or the text does not end as ours do. */
function rewritten(database: Database, { table, columns }: AddedColumns): boolean {
  const text = `substr(sql, 1, length(sql) - ${end.length}) || '${columns.map((column) => `, ${column}`).join('')}${end}'`;
  database.run('pragma writable_schema = on');
  try {
    const { changes } = database.run(
      `update sqlite_schema set sql = ${text} where type = 'table' and name = '${table}' and sql like '%${end}'`,
    );
    if (changes === 0) return false;
    // Whoever has the old text at hand, a rolled back transaction too, has to read it again.
    const now = database.query<{ schema_version: number }, []>('pragma schema_version').get();
    database.run(`pragma schema_version = ${(now?.schema_version ?? 0) + 1}`);
    return true;
  } catch {
    return false;
  } finally {
    database.run('pragma writable_schema = reset');
  }
}
