import type { ModelTraits } from './model-traits.ts';

/**
 * What OpenAI's models take, wherever they are served; the first that matches counts.
 * The reference of the operation: https://platform.openai.com/docs/api-reference/chat/create. Output limits and efforts stand
 * on each model's own page, https://platform.openai.com/docs/models; what reasoning models refuse in
 * https://platform.openai.com/docs/guides/reasoning and https://platform.openai.com/docs/guides/latest-model; cache breakpoints
 * in https://platform.openai.com/docs/guides/prompt-caching. From 5.4 on, tools and an effort together are refused here, and so are
 * the efforts `max` and, from 5.6 on, `minimal`: https://github.com/openai/openai-openapi/issues/541,
 * https://github.com/BerriAI/litellm/pull/34569, https://github.com/livekit/agents/pull/7169. Astra, which always reasons, takes
 * no tools here at all, https://github.com/bolna-ai/bolna/pull/1019, and says so itself. What an image comes to at most is told
 * of those models that scale it down, https://platform.openai.com/docs/guides/images-vision; newer ones keep it as it is.
 */
export function gpt(): readonly ModelTraits[] {
  // Files and audio have no place for a URL.
  const common = {
    lacks: ['topK'],
    maxStopSequences: 4,
    inline: ['file', 'audio'],
    schemas: 'complete',
    pastReasoning: 'none',
    callIds: 'up-to-40',
  } as const;
  const plain = { ...common, reasoning: 'none' } as const;
  const thinking = { ...common, reasoning: 'effort', maxOutputTokens: 128_000 } as const;
  const reasoning = { ...thinking, sampling: 'none', lacks: ['topK', 'stop'] } as const;
  const cached = { ...reasoning, cacheBreakpoints: true } as const;
  /** Eight tiles at 170 tokens and 85 besides; 1,536 patches at up to 2.46 tokens. */
  const [tiles, patches] = [1_500, 3_900];
  const either = { efforts: ['none', 'low', 'medium', 'high', 'xhigh'], toolsUnreasoned: true } as const;
  return [
    { ...plain, match: 'gpt-5-chat*', maxOutputTokens: 16_384, imageTokens: tiles },
    // These do not reason unless they are told to, and are sampled as they are told while they don't.
    { ...thinking, match: 'gpt-5.1*', efforts: ['none', 'low', 'medium', 'high'] },
    { ...thinking, match: 'gpt-5.2*', efforts: ['none', 'low', 'medium', 'high', 'xhigh'] },
    { ...thinking, ...either, match: 'gpt-5.4*' },
    { ...reasoning, ...either, match: 'gpt-5.5*' },
    { ...cached, ...either, match: 'gpt-5.6*' },
    { ...cached, match: 'gpt-6-astra*', efforts: ['low', 'medium', 'high', 'xhigh'] },
    { ...cached, ...either, match: 'gpt-6*' },
    { ...reasoning, match: 'gpt-5*', efforts: ['minimal', 'low', 'medium', 'high'], imageTokens: patches },
    { ...reasoning, match: 'o#*', maxOutputTokens: 100_000, efforts: ['low', 'medium', 'high'], imageTokens: patches },
    { ...plain, match: 'gpt-4.1*', maxOutputTokens: 32_768, imageTokens: patches },
    { ...plain, match: 'gpt-4o-2024-05-13', maxOutputTokens: 4_096, outputs: ['json'], imageTokens: tiles },
    // It counts an image as many times more tokens as its tokens cost less.
    { ...plain, match: 'gpt-4o-mini*', maxOutputTokens: 16_384, imageTokens: 48_500 },
    { ...plain, match: 'gpt-4o*', maxOutputTokens: 16_384, imageTokens: tiles },
    { ...plain, match: 'gpt-4-turbo*', maxOutputTokens: 4_096, outputs: ['json'], imageTokens: tiles },
    { ...plain, match: 'gpt-4-####-preview', maxOutputTokens: 4_096, outputs: ['json'] },
    { ...plain, match: 'gpt-4', maxOutputTokens: 8_192, outputs: [] },
    { ...plain, match: 'gpt-4-*', maxOutputTokens: 8_192, outputs: [] },
    { ...plain, match: 'gpt-3.5*', maxOutputTokens: 4_096, outputs: ['json'] },
    { ...common, match: '*' },
  ];
}
