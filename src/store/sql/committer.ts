import { type Database, SQLiteError } from 'bun:sqlite';
import type { Receipt, Refusal, Row, Value, Write } from './batch.ts';
import { type ReadBatch, readBatch } from './batch-text.ts';
import { entryColumns } from './entry.ts';
import { SpentIn } from './spent-in.ts';

/** The one hand that writes: commits batch after batch on a connection of its own. */
export interface Committer {
  /** Commits a batch, given as `batchText` spells it, with a sync to the disk. Never throws: a batch that cannot be written is `broken`. */
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
        return { kind: 'committed', refused: session.commit(readBatch(batch)) };
      } catch (thrown) {
        leave();
        return { kind: 'broken', cause: thrown instanceof Error ? thrown.message : String(thrown) };
      }
    },
    close: leave,
  };
}

interface Session {
  commit(batch: ReadBatch): readonly Refusal[];
  close(): void;
}

/** An entry that was sent again after its writer died may be there already: it is not written twice. */
const insertEntry = `insert into entries (${entryColumns.join(', ')})
  values (${entryColumns.map(() => '?').join(', ')}) on conflict (sequence) do nothing`;
const sameEntry = 'select 1 from entries where sequence = ? and request_id = ? and attempt = ? and closing = ?';

/** A batch that was sent again may find its holds there already. */
const insertHolds = 'insert into open_holds (first, after, drafts) values (?, ?, ?) on conflict (first) do nothing';
const noteHold =
  'insert into hold_notes (hold, cost) values (?, ?) on conflict (hold) do update set cost = excluded.cost';
const endHolds = 'delete from open_holds where first = ?';
const endNotes = 'delete from hold_notes where hold between ? and ?';
const spend = `insert into balances (budget, value, start, spent) values (?, ?, ?, ?)
  on conflict (budget, value, start) do update set spent = spent + excluded.spent`;

function openSession(database: Database): Session {
  const statements = {
    begin: database.prepare('begin immediate'),
    insert: database.prepare<unknown, Value[]>(insertEntry),
    hold: database.prepare<unknown, Value[]>(insertHolds),
    note: database.prepare<unknown, Value[]>(noteHold),
    endHolds: database.prepare<unknown, Value[]>(endHolds),
    endNotes: database.prepare<unknown, Value[]>(endNotes),
    spend: database.prepare<unknown, Value[]>(spend),
    end: database.prepare('commit'),
  };
  return {
    commit({ entries, writes, settled = [], held, drafts, notes = [], ended = [] }) {
      statements.begin.run();
      if (held !== undefined) statements.hold.run(...held, drafts);
      for (const note of notes) statements.note.run(...note);
      const spent = new SpentIn(settled);
      const refused = [
        ...refusals(entries, (row, index) => {
          const isNew = statements.insert.run(...row).changes > 0;
          if (isNew) spent.take(index);
          else isSame(database, row);
        }),
        ...refusals(writes, (write) => runWrite(database, write)).map(after(entries.length)),
      ];
      for (const [first, last] of ended) {
        statements.endHolds.run(first);
        statements.endNotes.run(first, last);
      }
      for (const row of spent.rows()) statements.spend.run(...row);
      statements.end.run();
      return refused;
    },
    close() {
      if (database.inTransaction) database.run('rollback');
      for (const statement of Object.values(statements)) statement.finalize();
      database.close();
    },
  };
}

/** A number that another entry has is a fault of ours that must not pass for a repetition. */
function isSame(database: Database, row: Row): void {
  if (database.query<unknown, Value[]>(sameEntry).get(...row.slice(0, 4)) !== null) return;
  throw new TypeError(`the entry number ${row[0]} is taken by another entry`);
}

/** What the schema refuses does not take the others of its batch with it. */
function refusals<Item>(items: readonly Item[], act: (item: Item, index: number) => unknown): readonly Refusal[] {
  const refused: Refusal[] = [];
  items.forEach((item, index) => {
    try {
      act(item, index);
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
