import { type Database, SQLiteError } from 'bun:sqlite';
import type { Batch, Receipt, Refusal, Row, Value, Write } from './batch.ts';
import { entryColumns } from './entry.ts';

/** The one hand that writes: commits batch after batch on a connection of its own. */
export interface Committer {
  /** Commits a batch, given as JSON, with a sync to the disk. Never throws: a batch that cannot be written is `broken`. */
  commit(batch: string): Receipt;
  close(): void;
}

/** Connects when there is something to write, and anew after a failure: the old connection may never notice that all is well again. */
export function openCommitter(connect: () => Database): Committer {
  let session: Session | undefined;
  const leave = (): void => {
    session?.close();
    session = undefined;
  };
  return {
    commit(batch) {
      try {
        session ??= openSession(connect());
        return { kind: 'committed', refused: session.commit(JSON.parse(batch)) };
      } catch (thrown) {
        leave();
        return { kind: 'broken', cause: thrown instanceof Error ? thrown.message : String(thrown) };
      }
    },
    close: leave,
  };
}

interface Session {
  commit(batch: Batch): readonly Refusal[];
  close(): void;
}

/** An entry that was sent again after its writer died may be there already: it is not written twice. */
const insertEntry = `insert into entries (${entryColumns.join(', ')})
  values (${entryColumns.map(() => '?').join(', ')}) on conflict (sequence) do nothing`;
const sameEntry = 'select 1 from entries where sequence = ? and request_id = ? and attempt = ? and closing = ?';

function openSession(database: Database): Session {
  const begin = database.prepare('begin immediate');
  const insert = database.prepare<unknown, Value[]>(insertEntry);
  const end = database.prepare('commit');
  return {
    commit({ entries, writes }) {
      begin.run();
      const refused = [
        ...refusals(entries, (row) => insert.run(...row).changes > 0 || isSame(database, row)),
        ...refusals(writes, (write) => runWrite(database, write)).map(after(entries.length)),
      ];
      end.run();
      return refused;
    },
    close() {
      if (database.inTransaction) database.run('rollback');
      for (const statement of [begin, insert, end]) statement.finalize();
      database.close();
    },
  };
}

/** A number that another entry has is a fault of ours that must not pass for a repetition. */
function isSame(database: Database, row: Row): boolean {
  if (database.query<unknown, Value[]>(sameEntry).get(...row.slice(0, 4)) !== null) return true;
  throw new TypeError(`the entry number ${row[0]} is taken by another entry`);
}

/** What the schema refuses does not take the others of its batch with it. */
function refusals<Item>(items: readonly Item[], act: (item: Item) => unknown): readonly Refusal[] {
  const refused: Refusal[] = [];
  items.forEach((item, index) => {
    try {
      act(item);
    } catch (thrown) {
      refused.push({ index, cause: refusalCause(thrown) });
    }
  });
  return refused;
}

/** Why one item was refused. Anything else is about the database as a whole, and is thrown on. */
function refusalCause(thrown: unknown): string {
  if (thrown instanceof TypeError) return thrown.message;
  if (thrown instanceof SQLiteError && /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(thrown.code ?? ''))
    return thrown.message;
  throw thrown;
}

function after(count: number): (refusal: Refusal) => Refusal {
  return ({ index, cause }) => ({ index: index + count, cause });
}

function runWrite(database: Database, write: Write): void {
  database.run('savepoint write');
  try {
    for (const { sql, rows } of [write, ...(write.also ?? [])]) {
      const statement = database.query<unknown, Value[]>(sql);
      for (const row of rows) statement.run(...row);
    }
  } catch (thrown) {
    if (database.inTransaction) database.run('rollback to write');
    throw thrown;
  } finally {
    if (database.inTransaction) database.run('release write');
  }
}
