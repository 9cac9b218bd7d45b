import { anthropicMessages } from '../dialects/anthropic-messages/index.ts';
import { openaiChat } from '../dialects/openai-chat/index.ts';
import { openaiEmbeddings } from '../dialects/openai-embeddings/index.ts';
import { optionalBearer } from './auth.ts';
import type { Provider } from './provider.ts';

/**
 * https://docs.ollama.com/api/openai-compatibility and https://docs.ollama.com/api/anthropic-compatibility. Images come as
 * bytes alone; neither door takes a choice of tools or the person on whose behalf somebody asks.
 */
export const ollama: Provider = {
  name: 'ollama',
  baseUrl: 'http://127.0.0.1:11434',
  auth: optionalBearer(),
  discovered: true,
  models: { path: '/v1/models' },
  // Its list does not tell; these are the families at https://ollama.com/search?c=embedding.
  serves: ['*embed*', '*all-minilm*', '*bge-*', '*paraphrase-*'].map((match) => ({ match, operations: ['embed'] })),
  operations: {
    chat: [
      {
        dialect: openaiChat,
        path: '/v1/chat/completions',
        traits: [
          {
            match: '*',
            reasoning: 'effort',
            efforts: ['none', 'low', 'medium', 'high'],
            oneChoice: true,
            inline: ['image', 'file', 'audio'],
            lacks: ['topK', 'toolChoice', 'parallelToolCalls', 'endUser'],
          },
        ],
      },
      {
        dialect: anthropicMessages,
        path: '/v1/messages',
        traits: [
          {
            match: '*',
            limitNeeded: true,
            oneChoice: true,
            outputs: [],
            inline: ['image', 'file'],
            lacks: ['toolChoice', 'parallelToolCalls', 'endUser'],
          },
        ],
      },
    ],
    embed: [{ dialect: openaiEmbeddings, path: '/v1/embeddings' }],
  },
};
