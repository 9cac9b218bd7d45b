import { anthropicMessages } from '../dialects/anthropic-messages/index.ts';
import { openaiChat } from '../dialects/openai-chat/index.ts';
import { openaiEmbeddings } from '../dialects/openai-embeddings/index.ts';
import { optionalBearer } from './auth.ts';
import type { Provider } from './provider.ts';

/**
 * `llama-server`, https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md. It embeds only if it was started to,
 * and says so itself; of a model it tells the context it was trained with.
 */
export const llamaCpp: Provider = {
  name: 'llama.cpp',
  baseUrl: 'http://127.0.0.1:8080/v1',
  auth: optionalBearer(),
  models: { path: '/models', says: { contextTokens: 'meta.n_ctx_train' } },
  operations: {
    chat: [
      { dialect: openaiChat, path: '/chat/completions', traits: [{ match: '*', oneChoice: true }] },
      {
        dialect: anthropicMessages,
        path: '/messages',
        traits: [{ match: '*', limitNeeded: true, oneChoice: true, outputs: [], inline: ['file'] }],
      },
    ],
    embed: [{ dialect: openaiEmbeddings, path: '/embeddings' }],
  },
};
