import type { VectorEncoding } from '../../core/embed.ts';

/** One of OpenAI's own words for it; other vendors have more. */
export function encodingIn(word: string): VectorEncoding | undefined {
  return word === 'float' || word === 'base64' ? word : undefined;
}
