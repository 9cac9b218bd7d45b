import type { ChatRequest } from '../../core/chat.ts';
import type { Lost } from '../../core/loss.ts';

/** Tells of the members that this dialect has no word for, unless they ask for what it does anyway. */
export function reportUnsayable(request: ChatRequest, lost: Lost): void {
  for (const [member, isUsual] of unsayable) {
    const value = request[member];
    if (value !== undefined && !isUsual(value)) lost({ path: member, why: 'unsupported' });
  }
}

type Member = keyof ChatRequest;

/** Each with what the vendor does anyway. */
const unsayable: readonly (readonly [Member, (value: unknown) => boolean])[] = [
  ['choices', (value) => value === 1],
  ['frequencyPenalty', (value) => value === 0],
  ['presencePenalty', (value) => value === 0],
  ['seed', () => false],
  ['logprobs', (value) => value === false],
  ['topLogprobs', (value) => value === 0],
  ['modalities', (value) => Array.isArray(value) && value.every((one) => one === 'text')],
  ['metadata', (value) => Object.keys(Object(value)).length === 0],
];
