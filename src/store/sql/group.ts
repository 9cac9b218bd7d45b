import { Failure } from '../../core/failure.ts';
import type { Receipt, Refusal, Row, Settled, Value, Write } from './batch.ts';
import { batchText } from './batch-text.ts';
import type { HeldTogether } from './held-together.ts';

/** What waits for the next commit, and who waits for it. */
export interface Group {
  readonly entries: Row[];
  readonly entryJobs: Job[];
  readonly settled: Settled[];
  readonly writes: Write[];
  readonly writeJobs: Job[];
  /** The new holds. */
  held: HeldTogether | undefined;
  /** By the number of the hold: its last checkpoint, or null if it has ended without an entry. */
  readonly notes: Map<number, Value>;
  /** The numbers of the first and the last of holds that were placed together and have all ended. */
  readonly ended: (readonly [first: number, last: number])[];
}

/** Somebody who waits for a commit. */
export interface Job {
  readonly resolve: () => void;
  readonly reject: (failure: Failure) => void;
}

/** A group that nobody joins any more: what is sent, and who is told. */
export interface SealedGroup {
  readonly text: string;
  readonly group: Group;
}

export function emptyGroup(): Group {
  return {
    ...{ entries: [], entryJobs: [], settled: [], writes: [], writeJobs: [], ended: [] },
    held: undefined,
    notes: new Map(),
  };
}

export function groupSize({ entries, writes, held, notes, ended }: Group): number {
  return entries.length + writes.length + (held?.size ?? 0) + notes.size + ended.length;
}

export function sealed(group: Group): SealedGroup {
  const { entries, writes, settled, held, notes, ended } = group;
  const drafts = held?.seal() ?? '';
  const batch = {
    entries,
    writes,
    ...(settled.length === 0 ? {} : { settled }),
    ...(held === undefined || drafts === '' ? {} : { held: [held.first, held.after] as const }),
    ...(notes.size === 0 ? {} : { notes: [...notes] }),
    ...(ended.length === 0 ? {} : { ended }),
  };
  return { text: batchText(batch, drafts), group };
}

/**
 * What must be written all the same after its commit failed: that holds have ended, and what was spent. Nobody waits for it any
 * more. Undefined if there is nothing of that kind.
 */
export function remainder({ entries, settled, notes, ended }: Group): Group | undefined {
  if (settled.length === 0 && notes.size === 0 && ended.length === 0) return undefined;
  const left = emptyGroup();
  for (const [entry, ...rest] of settled) {
    const row = entries[entry];
    if (row === undefined) continue;
    left.settled.push([left.entries.length, ...rest]);
    left.entries.push(row);
    left.entryJobs.push(nobody);
  }
  left.ended.push(...ended);
  for (const [hold, cost] of notes) left.notes.set(hold, cost);
  return left;
}

/** Puts a group behind another one, in which there are no new holds. */
export function join(first: Group, second: Group): Group {
  const { entries, settled, entryJobs, writes, writeJobs, held, notes, ended } = second;
  for (const [entry, ...rest] of settled) first.settled.push([entry + first.entries.length, ...rest]);
  first.entries.push(...entries);
  first.entryJobs.push(...entryJobs);
  first.writes.push(...writes);
  first.writeJobs.push(...writeJobs);
  first.ended.push(...ended);
  for (const [hold, cost] of notes) first.notes.set(hold, cost);
  first.held = held;
  return first;
}

const nobody: Job = { resolve: () => undefined, reject: () => undefined };

/** Tells everybody in a group what became of it, in the order in which they joined; holds are told last. */
export function conclude({ entryJobs, writeJobs, held }: Group, receipt: Receipt): void {
  const jobs = writeJobs.length === 0 ? entryJobs : [...entryJobs, ...writeJobs];
  if (receipt.kind === 'broken') {
    const failure = storageFailure('Trestle cannot write to its database now; the log says why.', receipt.cause);
    for (const { reject } of jobs) reject(failure);
    held?.conclude(failure);
    return;
  }
  if (receipt.refused.length === 0) for (const { resolve } of jobs) resolve();
  else concludeEach(jobs, receipt.refused);
  held?.conclude(undefined);
}

function concludeEach(jobs: readonly Job[], refused: readonly Refusal[]): void {
  const causes = new Map(refused.map(({ index, cause }) => [index, cause]));
  for (const [index, { resolve, reject }] of jobs.entries()) {
    const cause = causes.get(index);
    if (cause === undefined) resolve();
    else reject(storageFailure('Trestle was to write what its database does not allow; the log says what.', cause));
  }
}

/** Words for callers, who must not learn paths; the cause is for the log. */
export function storageFailure(message: string, cause?: string): Failure {
  return new Failure('gateway-storage-failed', message, cause === undefined ? {} : { cause: new Error(cause) });
}
