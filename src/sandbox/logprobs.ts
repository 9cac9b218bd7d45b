import type { JsonObject } from '../core/json.ts';
import { drawsOf } from './chance.ts';
import { word } from './lorem.ts';

const encoder = new TextEncoder();

/** The likelihoods of some tokens, in OpenAI's spelling. The numbers are the same for the same token, and mean nothing. */
export function logprobsOf(tokens: readonly string[], top: number): JsonObject {
  return { content: tokens.map((token) => likely(token, top)), refusal: null };
}

function likely(token: string, top: number): JsonObject {
  const draw = drawsOf(() => token);
  const own = spelled(token, -draw() / 10);
  const others = Array.from({ length: Math.max(0, top - 1) }, (_, index) =>
    spelled(` ${word(draw)}`, -2 - index - draw()),
  );
  return { ...own, top_logprobs: top === 0 ? [] : [own, ...others] };
}

function spelled(token: string, logprob: number): JsonObject {
  return { token, logprob, bytes: [...encoder.encode(token)] };
}
