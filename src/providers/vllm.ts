import { anthropicMessages } from '../dialects/anthropic-messages/index.ts';
import { openaiChat } from '../dialects/openai-chat/index.ts';
import { openaiEmbeddings } from '../dialects/openai-embeddings/index.ts';
import { optionalBearer } from './auth.ts';
import type { Provider } from './provider.ts';

/**
 * https://docs.vllm.ai/en/latest/serving/online_serving/openai_compatible_server. One server serves one model, which it lists
 * with the context it was started with. At Anthropic's door it has no forms of output.
 */
export const vllm: Provider = {
  name: 'vllm',
  baseUrl: 'http://127.0.0.1:8000/v1',
  auth: optionalBearer(),
  models: { path: '/models', says: { contextTokens: 'max_model_len' } },
  operations: {
    chat: [
      { dialect: openaiChat, path: '/chat/completions' },
      {
        dialect: anthropicMessages,
        path: '/messages',
        traits: [{ match: '*', limitNeeded: true, oneChoice: true, outputs: [], inline: ['image', 'file'] }],
      },
    ],
    embed: [{ dialect: openaiEmbeddings, path: '/embeddings' }],
  },
};
