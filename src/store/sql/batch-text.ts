import type { Batch } from './batch.ts';

/** A batch taken apart. */
export interface ReadBatch extends Batch {
  /** Of the new holds, a line for each. */
  readonly drafts: string;
}

/** A batch as it crosses to the writer's thread. */
export function batchText(batch: Batch, drafts: string): string {
  const text = JSON.stringify(batch);
  return drafts === '' ? text : `${text}\n${drafts}`;
}

export function readBatch(text: string): ReadBatch {
  const end = text.indexOf('\n');
  const batch: Batch = JSON.parse(end === -1 ? text : text.slice(0, end));
  return { ...batch, drafts: end === -1 ? '' : text.slice(end + 1) };
}
