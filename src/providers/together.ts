import { openaiChat } from '../dialects/openai-chat/index.ts';
import { openaiEmbeddings } from '../dialects/openai-embeddings/index.ts';
import { bearer } from './auth.ts';
import type { Provider } from './provider.ts';

/**
 * https://docs.together.ai/docs/inference/openai-compatibility. Its limit is called `max_tokens` as ever,
 * https://docs.together.ai/docs/inference/chat/parameters; a stream tells usage unasked; its list is a bare array.
 */
export const together: Provider = {
  name: 'together',
  baseUrl: 'https://api.together.ai/v1',
  auth: bearer('TOGETHER_API_KEY'),
  models: {
    path: '/models',
    says: {
      contextTokens: 'context_length',
      operations: { chat: { at: 'type', words: ['chat'] }, embed: { at: 'type', words: ['embedding'] } },
    },
  },
  operations: {
    chat: [
      {
        dialect: openaiChat,
        path: '/chat/completions',
        adjust: { renamed: { max_completion_tokens: 'max_tokens' }, usageUnasked: true },
        traits: [{ match: '*', inline: ['file', 'audio'] }],
      },
    ],
    embed: [{ dialect: openaiEmbeddings, path: '/embeddings' }],
  },
};
