import { Failure } from '../../core/failure.ts';
import type { Batch, Receipt, Row, Write } from './batch.ts';

/** What waits for the next commit, and who waits for it. */
export interface Group {
  readonly entries: Row[];
  readonly entryJobs: Job[];
  readonly writes: Write[];
  readonly writeJobs: Job[];
}

/** Somebody who waits for a commit. */
export interface Job {
  readonly resolve: () => void;
  readonly reject: (failure: Failure) => void;
}

/** A group that nobody joins any more: what is sent, and who is told. */
export interface SealedGroup {
  readonly text: string;
  readonly jobs: readonly Job[];
}

export function emptyGroup(): Group {
  return { entries: [], entryJobs: [], writes: [], writeJobs: [] };
}

export function groupSize({ entries, writes }: Group): number {
  return entries.length + writes.length;
}

export function sealed({ entries, writes, entryJobs, writeJobs }: Group): SealedGroup {
  const batch: Batch = { entries, writes };
  return { text: JSON.stringify(batch), jobs: writeJobs.length === 0 ? entryJobs : [...entryJobs, ...writeJobs] };
}

/** Tells everybody in a group what became of it, in the order in which they joined. */
export function conclude({ jobs }: SealedGroup, receipt: Receipt): void {
  if (receipt.kind === 'broken') {
    const failure = storageFailure('Trestle cannot write to its database now; the log says why.', receipt.cause);
    for (const { reject } of jobs) reject(failure);
    return;
  }
  const causes = new Map(receipt.refused.map(({ index, cause }) => [index, cause]));
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
