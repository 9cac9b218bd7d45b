import type { Carried } from './carried.ts';

/** How many tokens a question to a chat model has, as the one who would answer it counts. */
export interface TokenCount extends Carried {
  readonly inputTokens: number;
}
