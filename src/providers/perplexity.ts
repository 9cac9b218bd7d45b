import { openaiChat } from '../dialects/openai-chat/index.ts';
import { bearer } from './auth.ts';
import type { Provider } from './provider.ts';

/**
 * Sonar, https://docs.perplexity.ai/docs/sonar/openai-compatibility: it searches by itself, calls no tools of the caller's, and its
 * streams end without a mark. It has no list of models. The vendor moves its users to another API,
 * https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar, which nobody here speaks.
 */
export const perplexity: Provider = {
  name: 'perplexity',
  baseUrl: 'https://api.perplexity.ai',
  auth: bearer('PERPLEXITY_API_KEY'),
  operations: {
    chat: [
      {
        dialect: openaiChat,
        path: '/chat/completions',
        adjust: { renamed: { max_completion_tokens: 'max_tokens' }, endsUnmarked: true },
        traits: [
          {
            match: '*',
            oneChoice: true,
            outputs: ['json-schema'],
            lacks: ['tools', 'toolChoice', 'parallelToolCalls', 'seed', 'logprobs', 'topLogprobs'],
          },
        ],
      },
    ],
  },
};
