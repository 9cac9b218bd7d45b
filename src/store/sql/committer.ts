import type { Database } from 'bun:sqlite';
import { existsSync } from 'node:fs';
import { type AheadLog, aheadLog } from './ahead-log.ts';
import type { Receipt } from './batch.ts';
import { readBatch } from './batch-text.ts';
import { entryColumns } from './entry.ts';
import { openSession, type Session } from './session.ts';

/** The one hand that writes. */
export interface Committer {
  /** Makes a batch, given as `batchText` spells it, durable. Never throws: a batch that cannot be written is `broken`. */
  commit(batch: string): Receipt;
  /** Brings the database up to date with the log, if it can, and lets go of both. */
  close(): void;
  /** Lets go of both as they are. */
  drop(): void;
}

/** Connects to the database at a path. */
export type Connect = (path: string) => Database;

/**
 * Entries and holds are made durable by one write to the log ahead of the database. They are in a transaction then, which is
 * committed later, once for many batches: when one comes that has statements of its own, and when the log is full. It connects
 * when there is something to write, and anew after a failure, because the old connection may never notice that all is well again;
 * the new one begins with what is in the log.
 */
export function openCommitter(path: string, connect: Connect): Committer {
  const log = logAheadOf(path);
  let session: Session | undefined;
  const drop = (): void => {
    session?.close();
    session = undefined;
    log.close();
  };
  return {
    commit(text) {
      try {
        session ??= openSession(connect(path), log);
        const batch = readBatch(text);
        const refused = session.take(batch);
        if (batch.writes.length > 0 || !log.append(text)) session.settle();
        return { kind: 'committed', refused };
      } catch (thrown) {
        drop();
        return { kind: 'broken', cause: thrown instanceof Error ? thrown.message : String(thrown) };
      }
    },
    close() {
      try {
        session?.settle();
      } catch {
        // The log has it, for the next start.
      }
      drop();
    },
    drop,
  };
}

/** Brings the database at a path up to date with the log that a process before this one left, if it left one. */
export function recover(path: string, connect: Connect): void {
  if (!existsSync(logPath(path))) return;
  const log = logAheadOf(path);
  const session = openSession(connect(path), log);
  try {
    session.settle();
  } finally {
    session.close();
    log.close();
  }
}

/** Its columns are in it, because another version of Trestle may come to read it. */
function logAheadOf(path: string): AheadLog {
  return aheadLog(logPath(path), { preamble: JSON.stringify(entryColumns) });
}

function logPath(path: string): string {
  return `${path}-ahead`;
}
