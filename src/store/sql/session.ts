import { type Database, SQLiteError, type Statement } from 'bun:sqlite';
import type { AheadLog } from './ahead-log.ts';
import type { Refusal, Row, Value, Write } from './batch.ts';
import { type ReadBatch, readBatch } from './batch-text.ts';
import { Coming, type Tables } from './coming.ts';
import { entryColumns } from './entry.ts';

/** An entry that was sent again after its writer died may be there already: it is not written twice. */
function insertEntry(columns: readonly string[]): string {
  const places = columns.map(() => '?').join(', ');
  return `insert into entries (${columns.join(', ')}) values (${places}) on conflict (sequence) do nothing`;
}

const sameEntry = 'select 1 from entries where sequence = ? and request_id = ? and attempt = ? and closing = ?';

/** A batch that was sent again may find its holds there already. */
const insertHolds = 'insert into open_holds (first, after, drafts) values (?, ?, ?) on conflict (first) do nothing';
const noteHold =
  'insert into hold_notes (hold, cost) values (?, ?) on conflict (hold) do update set cost = excluded.cost';
const endHolds = 'delete from open_holds where first = ?';
const endNotes = 'delete from hold_notes where hold between ? and ?';
const spend = `insert into balances (budget, value, start, spent) values (?, ?, ?, ?)
  on conflict (budget, value, start) do update set spent = spent + excluded.spent`;
const highestHold = 'select ifnull(max(first), 0) as highest from open_holds';
const advance = 'update ahead set generation = generation + 1 returning generation';
const known = 'select generation from ahead';

/** Connects what writes to a database and the log ahead of it. */
export function openSession(database: Database, log: AheadLog): Session {
  try {
    return new Session(database, log);
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** One connection that writes, from its opening to its first failure. It begins with what the log is ahead of the database. */
export class Session {
  readonly #database: Database;
  readonly #log: AheadLog;
  readonly #insert: Insert;
  /** What the transaction that is open has still to write; undefined if none is. */
  #coming: Coming | undefined;

  constructor(database: Database, log: AheadLog) {
    this.#database = database;
    this.#log = log;
    this.#insert = database.prepare<unknown, Value[]>(insertEntry(entryColumns));
    const generation = database.query<{ generation: number }, []>(known).get()?.generation ?? 0;
    const [columns, ...batches] = log.open(generation);
    if (columns === undefined) return;
    const insert = database.prepare<unknown, Value[]>(insertEntry(JSON.parse(columns)));
    for (const batch of batches) this.#take(readBatch(batch), insert);
    insert.finalize();
  }

  /** Takes a batch into the transaction that is open; answers what of it the schema does not allow. */
  take(batch: ReadBatch): readonly Refusal[] {
    return this.#take(batch, this.#insert);
  }

  /** Commits the transaction, if one is open, with a sync to the disk; nothing of the log counts then any more. */
  settle(): void {
    if (this.#coming === undefined) return;
    this.#coming.write(tables(this.#database));
    const advanced = this.#database.query<{ generation: number }, []>(advance).get();
    this.#database.run('commit');
    this.#coming = undefined;
    this.#log.begin(advanced?.generation ?? 0);
  }

  /** Lets go of the connection, and of what was not settled. */
  close(): void {
    if (this.#database.inTransaction) this.#database.run('rollback');
    this.#insert.finalize();
    this.#database.close();
  }

  #take(batch: ReadBatch, insert: Insert): readonly Refusal[] {
    const { entries, writes } = batch;
    this.#coming ??= this.#begin();
    const old = new Set<number>();
    const refused = refusals(entries, (row, index) => {
      old.add(index);
      if (insert.run(...row).changes > 0) old.delete(index);
      else isSame(this.#database, row);
    });
    this.#coming.take(batch, old);
    const others = refusals(writes, (write) => runWrite(this.#database, write));
    return [...refused, ...others.map(({ index, cause }) => ({ index: index + entries.length, cause }))];
  }

  #begin(): Coming {
    this.#database.run('begin immediate');
    const found = this.#database.query<{ highest: number }, []>(highestHold).get();
    return new Coming(found?.highest ?? 0);
  }
}

type Insert = Statement<unknown, Value[]>;

function tables(database: Database): Tables {
  const run = (sql: string, row: Row): unknown => database.query<unknown, Value[]>(sql).run(...row);
  return {
    hold: (first, after, drafts) => run(insertHolds, [first, after, drafts]),
    note: (hold, cost) => run(noteHold, [hold, cost]),
    end(first, last) {
      run(endHolds, [first]);
      run(endNotes, [first, last]);
    },
    spend: (row) => run(spend, row),
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
