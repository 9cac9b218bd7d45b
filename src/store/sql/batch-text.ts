import type { Batch, Receipt } from './batch.ts';

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

const allCommitted: Receipt = Object.freeze({ kind: 'committed', refused: Object.freeze([]) });

/** A receipt as it crosses back. Nearly all of them say the same, and that is an empty text. */
export function receiptText(receipt: Receipt): string {
  return receipt.kind === 'committed' && receipt.refused.length === 0 ? '' : JSON.stringify(receipt);
}

export function readReceipt(text: string): Receipt {
  return text === '' ? allCommitted : JSON.parse(text);
}
