import { mkdirSync } from 'node:fs';
import type { Book } from './book.ts';
import { faultsIn } from './check.ts';
import { type LoadReport, runLoad } from './load.ts';
import type { Native } from './native.ts';
import { writeRequest } from './request.ts';
import type { Size, Step } from './scenarios.ts';
import type { Kind, Launch, Target, TargetName } from './target.ts';
import type { Upstream } from './upstream.ts';

/** Everything that a measurement needs. */
export interface Session {
  readonly native: Native;
  readonly upstream: Upstream;
  readonly size: Size;
  readonly book: Book;
  /** Calls sent so far to the targets that stay up for the whole run. */
  readonly sent: Map<TargetName, Map<Kind, number>>;
  /** A temporary folder, removed at the end. */
  readonly folder: string;
  readonly launches: ReadonlyMap<TargetName, Launch>;
  /** Tells the person at the terminal how far we are. */
  progress(text: string): void;
}

/** A new empty folder of this name for a gateway. */
export function newFolder(session: Session, name: string): string {
  const folder = `${session.folder}/${name}-${crypto.randomUUID().slice(0, 8)}`;
  mkdirSync(folder);
  return folder;
}

/** One run on one target: its answers are checked on both sides, and what was wrong goes into the book. */
export async function runStep(session: Session, target: Target, step: Step): Promise<LoadReport> {
  const { native, upstream, book } = session;
  const file = writeRequest(session.folder, target, step.kind);
  const before = await upstream.counts(step.kind);
  const family = target.running?.ids().join();
  const report = await runLoad(native.load, target, { file, load: step.load });
  const what = `${target.name}, ${step.row}`;
  const after = await upstream.counts(step.kind);
  book.faults.push(...faultsIn({ what, report, before, after, ...file }));
  if (target.running?.ids().join() !== family) {
    book.faults.push(`${what}: the gateway started or lost a process meanwhile, so its processor time is incomplete`);
  }
  return report;
}
