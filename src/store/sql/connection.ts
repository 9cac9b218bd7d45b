import { Database } from 'bun:sqlite';

/**
 * A connection that writes. What is committed on it survives `kill -9` and loss of power: a write-ahead log, synced to the
 * disk at every commit.
 */
export function connect(path: string): Database {
  const database = new Database(path, { readwrite: true, create: false, strict: true });
  for (const pragma of writing) database.run(`pragma ${pragma}`);
  return database;
}

/** A connection that can only read, and sees what was committed when a statement of it begins. */
export function connectReadOnly(path: string): Database {
  const database = new Database(path, { readonly: true, strict: true });
  for (const pragma of reading) database.run(`pragma ${pragma}`);
  return database;
}

const reading = ['busy_timeout = 5000', 'trusted_schema = off'];

const writing = [
  ...reading,
  'journal_mode = wal',
  'synchronous = full',
  'foreign_keys = on',
  // Without it REPLACE would delete an entry without asking the trigger that forbids it.
  'recursive_triggers = on',
  // A reader that holds an old snapshot lets the log grow; it is cut back to this once it is gone.
  'journal_size_limit = 67108864',
];
