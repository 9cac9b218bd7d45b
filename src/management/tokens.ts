import { z } from 'zod';
import { type Usage, type UsageClass, usageClasses } from '../core/usage.ts';

/** Tokens per class as a usage record has them: null is a class that was not reported. */
export const reportedTokens = z.object({
  input: z.int().nullable(),
  cached_input: z.int().nullable(),
  cache_write: z.int().nullable(),
  audio_input: z.int().nullable(),
  output: z.int().nullable(),
  reasoning: z.int().nullable(),
  audio_output: z.int().nullable(),
  total: z.int(),
});

/** Tokens per class as a total has them. */
export const totalTokens = z.object({
  input: z.int(),
  cached_input: z.int(),
  cache_write: z.int(),
  audio_input: z.int(),
  output: z.int(),
  reasoning: z.int(),
  audio_output: z.int(),
  total: z.int(),
});

/** The classes never overlap, so that the total is their sum. */
export function spellReported(tokens: Usage['tokens']): z.input<typeof reportedTokens> {
  return {
    input: tokens.input ?? null,
    cached_input: tokens.cachedInput ?? null,
    cache_write: tokens.cacheWrite ?? null,
    audio_input: tokens.audioInput ?? null,
    output: tokens.output ?? null,
    reasoning: tokens.reasoning ?? null,
    audio_output: tokens.audioOutput ?? null,
    total: sum(tokens),
  };
}

export function spellTotal(tokens: { readonly [Class in UsageClass]: number }): z.input<typeof totalTokens> {
  return {
    input: tokens.input,
    cached_input: tokens.cachedInput,
    cache_write: tokens.cacheWrite,
    audio_input: tokens.audioInput,
    output: tokens.output,
    reasoning: tokens.reasoning,
    audio_output: tokens.audioOutput,
    total: sum(tokens),
  };
}

function sum(tokens: Usage['tokens']): number {
  return usageClasses.reduce((total, name) => total + (tokens[name] ?? 0), 0);
}
