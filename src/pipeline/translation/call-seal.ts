import type { Lost } from '../../core/loss.ts';
import type { ReasoningPart } from '../../core/message.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { type Seal, type SealOrigin, sealText } from './seal.ts';

export interface Sealing {
  readonly origin: SealOrigin;
  /** Where the caller's dialect can carry seals. */
  readonly seals: Exclude<Dialect['seals'], undefined>;
  /** Told of seals that cannot be carried; a later turn will be without what they sealed. */
  readonly lost: Lost;
}

/** What rides behind the id of one call. */
export interface Riding {
  /** The number of the choice. */
  readonly index: number;
  readonly sealing: Sealing;
  readonly thoughts: readonly ReasoningPart[];
  /** Something visible came before the thoughts. */
  readonly late: boolean;
}

/** What is to be added to the id of a call; empty if there is nothing to carry. */
export function callSeal(
  signature: string | undefined,
  { index, sealing: { origin, lost }, thoughts, late }: Riding,
): string {
  const sealed = thoughts.some(isSealed) ? thoughts : [];
  if (sealed.length === 0 && signature === undefined) return '';
  const seal = sealText({
    ...origin,
    reasoning: sealed,
    ...(signature !== undefined && { signature }),
    ...(late && { late: true }),
  });
  if (seal === undefined) tooLong(index, lost);
  return seal ?? '';
}

export function isSealed({ signature, encrypted }: Pick<ReasoningPart, 'signature' | 'encrypted'>): boolean {
  return (signature ?? encrypted) !== undefined;
}

export function reasoningPath(choice: number): string {
  return `choices[${choice}].message.reasoning`;
}

/** The seal as a signature, where the caller's dialect has one. */
export function signatureOf(
  sealed: Pick<Seal, 'reasoning' | 'signature'>,
  choice: number,
  { origin, lost }: Sealing,
): { readonly signature?: string } {
  const signature = sealText({ ...origin, ...sealed });
  if (signature === undefined) tooLong(choice, lost);
  return signature === undefined ? {} : { signature };
}

function tooLong(choice: number, lost: Lost): void {
  lost({ path: reasoningPath(choice), why: 'too-long' });
}
