import { anthropicMessages } from '../dialects/anthropic-messages/index.ts';
import { openaiChat } from '../dialects/openai-chat/index.ts';
import { bearer } from './auth.ts';
import type { Provider } from './provider.ts';

/**
 * https://api-docs.deepseek.com/api/create-chat-completion and https://api-docs.deepseek.com/api/create-message: the same key
 * signs both. It has no `n`, and no schema for its JSON; at Anthropic's door it takes `any` for `auto` and ignores `top_k`.
 */
export const deepseek: Provider = {
  name: 'deepseek',
  baseUrl: 'https://api.deepseek.com',
  auth: bearer('DEEPSEEK_API_KEY'),
  models: { path: '/models' },
  operations: {
    chat: [
      {
        dialect: openaiChat,
        path: '/chat/completions',
        traits: [
          {
            match: '*',
            reasoning: 'effort',
            efforts: ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
            outputs: ['json'],
            oneChoice: true,
            maxStopSequences: 16,
            lacks: ['topK'],
          },
        ],
      },
      {
        dialect: anthropicMessages,
        path: '/anthropic/v1/messages',
        traits: [{ match: '*', limitNeeded: true, outputs: [], oneChoice: true, lacks: ['topK'] }],
      },
    ],
  },
};
