/**
 * Vendors whose API, as far as anybody here speaks it, is no more. Whoever still has an entry is told so, and what is left.
 * Perplexity: https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar/overview, and the end with its day at
 * https://github.com/vercel/ai/releases/tag/@ai-sdk%2Fperplexity@3.1.0 and https://docs.stigg.io/documentation/ai-agents/providers/perplexity.
 */
export const endedKinds: Readonly<Record<string, string>> = {
  perplexity:
    'Perplexity ended its chat completions on 2026-09-27; what replaces them, its Agent API, speaks OpenAI’s Responses, which this version does not. Take the entry out.',
};
