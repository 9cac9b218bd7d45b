import type { Database } from 'bun:sqlite';
import type { Late, LateRows, Marks } from './late.ts';
import { isOfNow, readMark } from './shelf.ts';
import { type Source, sources } from './source.ts';

/** Where a report is made: the ledger by columns, as it was when the report began. */
export interface Desk {
  /** Absent as long as nothing is there that we could read. */
  readonly shelf?: Database;
  /** What is not on the shelf. */
  readonly late: Late;
}

export interface Books {
  readonly ledger: Database;
  readonly shelf: Database | undefined;
  readonly late: LateRows;
}

/**
 * Makes a report in one consistent view. The shelf's is taken first: whatever it lacks, the ledger, which is read
 * later and whose rows never change, has.
 */
export function atDesk<T>({ ledger, shelf, late }: Books, make: (desk: Desk) => T): T {
  shelf?.run('begin');
  try {
    const marks = shelf === undefined ? undefined : trustedMarks(ledger, shelf);
    if (shelf === undefined || marks === undefined) return make({ late: late.behind(noMarks, undefined) });
    return make({ shelf, late: late.behind(marks, shelf) });
  } finally {
    if (shelf?.inTransaction === true) shelf.run('rollback');
  }
}

const noMarks: Marks = { entries: 0, adjustments: 0 };

/** Undefined if the shelf is not of this ledger, such as after one of both was put back from a backup. */
export function trustedMarks(ledger: Database, shelf: Database): Marks | undefined {
  if (!isOfNow(shelf)) return undefined;
  const marks = { entries: 0, adjustments: 0 };
  for (const source of sources) {
    const { sequence, sign } = readMark(shelf, source.name);
    if (sequence > 0 && (newestOf(ledger, source) < sequence || signAt(ledger, source, sequence) !== sign))
      return undefined;
    marks[source.name] = sequence;
  }
  return marks;
}

/** The sequence of the newest row of a source; 0 if there is none. */
export function newestOf(ledger: Database, { name }: Source): number {
  return ledger.query<{ last: number | null }, []>(`select max(sequence) as last from ${name}`).get()?.last ?? 0;
}

/** What tells the newest row up to a sequence from any other. */
export function signAt(ledger: Database, { name, sign }: Source, sequence: number): string {
  const newest = ledger
    .query<{ sign: string }, [number]>(
      `select ${sign} as sign from ${name} where sequence <= ? order by sequence desc limit 1`,
    )
    .get(sequence);
  return newest?.sign ?? '';
}
