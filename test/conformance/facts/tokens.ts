import type { FactKind } from './fact.ts';
import type { Notes } from './notes.ts';

/** What a call consumed, each side with everything that belongs to it. */
export interface Tokens {
  readonly input: number;
  /** Of the input: read from the cache, written to it. */
  readonly cached: number;
  readonly written: number;
  readonly output: number;
  /** Of the output. */
  readonly reasoning: number;
}

/** Notes each count that is not nought. */
export function noteTokens(notes: Notes, tokens: Tokens): void {
  for (const [kind, name] of kinds) if (tokens[name] > 0) notes.note(kind, String(tokens[name]), 'usage');
}

const kinds: readonly (readonly [FactKind, keyof Tokens])[] = [
  ['input-tokens', 'input'],
  ['cached-tokens', 'cached'],
  ['written-tokens', 'written'],
  ['output-tokens', 'output'],
  ['reasoning-tokens', 'reasoning'],
];
