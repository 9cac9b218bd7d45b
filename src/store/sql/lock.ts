import { Database } from 'bun:sqlite';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { privateFile } from './directory.ts';

export interface Lock {
  release(): void;
}

export interface Owner {
  readonly process: number;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** A lock is held as long as its connection lives; nothing else keeps one from being collected. */
const held = new Set<Database>();

/**
 * Takes a data directory for this process, or refuses at once in words that name its owner. The kernel lets the lock go
 * when the process ends, however it ends. It is SQLite's lock on a file of its own, which nothing else may ever open: to
 * close any other handle of a file drops the locks that a process has on it.
 */
export function lockDirectory(directory: string, owner: Owner): Lock {
  const database = new Database(privateFile(directory, 'trestle.lock'), {
    readwrite: true,
    create: false,
    strict: true,
  });
  const card = join(directory, 'trestle.owner');
  try {
    database.run('pragma busy_timeout = 0');
    database.run('pragma journal_mode = memory');
    database.run('begin exclusive');
  } catch (cause) {
    database.close();
    throw inUse(directory, readOwner(card), cause);
  }
  held.add(database);
  writeFileSync(card, JSON.stringify(owner), { mode: 0o600 });
  return {
    release() {
      if (!held.delete(database)) return;
      rmSync(card, { force: true });
      database.close();
    },
  };
}

function inUse(directory: string, owner: string, cause: unknown): Failure {
  return new Failure(
    'gateway-storage-failed',
    `${directory} is in use by another Trestle${owner}; stop it, or give another directory with --data.`,
    { cause },
  );
}

/** Its owner writes the card just after it took the lock, so there may be none yet. */
function readOwner(card: string): string {
  try {
    const { process, since }: Owner = JSON.parse(readFileSync(card, 'utf8'));
    return ` (process ${process}, since ${new Date(since).toISOString()})`;
  } catch {
    return '';
  }
}
