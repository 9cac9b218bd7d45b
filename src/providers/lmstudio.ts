import { anthropicMessages } from '../dialects/anthropic-messages/index.ts';
import { openaiChat } from '../dialects/openai-chat/index.ts';
import { openaiEmbeddings } from '../dialects/openai-embeddings/index.ts';
import { optionalBearer } from './auth.ts';
import type { Provider } from './provider.ts';

/**
 * https://lmstudio.ai/docs/developer/openai-compat and https://lmstudio.ai/docs/developer/anthropic-compat. It refuses JSON
 * without a schema, https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/189, and takes images as bytes alone.
 */
export const lmstudio: Provider = {
  name: 'lmstudio',
  baseUrl: 'http://127.0.0.1:1234/v1',
  auth: optionalBearer(),
  discovered: true,
  models: { path: '/models' },
  serves: [{ match: 'text-embedding-*', operations: ['embed'] }],
  operations: {
    chat: [
      {
        dialect: openaiChat,
        path: '/chat/completions',
        traits: [{ match: '*', outputs: ['json-schema'], oneChoice: true, inline: ['image', 'file', 'audio'] }],
      },
      {
        dialect: anthropicMessages,
        path: '/messages',
        traits: [{ match: '*', limitNeeded: true, outputs: [], oneChoice: true, inline: ['image', 'file'] }],
      },
    ],
    embed: [{ dialect: openaiEmbeddings, path: '/embeddings' }],
  },
};
