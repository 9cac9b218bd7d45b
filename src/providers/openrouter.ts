import { openaiChat } from '../dialects/openai-chat/index.ts';
import { openaiEmbeddings } from '../dialects/openai-embeddings/index.ts';
import { bearer } from './auth.ts';
import type { Provider } from './provider.ts';

/**
 * https://openrouter.ai/docs/api/reference/overview. It drops what a model does not take by itself, tells usage in every stream,
 * and keeps waiting streams awake with comments. Its list: https://openrouter.ai/docs/guides/overview/models.
 */
export const openrouter: Provider = {
  name: 'openrouter',
  baseUrl: 'https://openrouter.ai/api/v1',
  auth: bearer('OPENROUTER_API_KEY'),
  models: {
    path: '/models',
    says: {
      contextTokens: 'context_length',
      maxOutputTokens: 'top_provider.max_completion_tokens',
      retiresAt: 'expiration_date',
      vision: { at: 'architecture.input_modalities', words: ['image'] },
      tools: { at: 'supported_parameters', words: ['tools'] },
      jsonSchema: { at: 'supported_parameters', words: ['structured_outputs'] },
      reasoning: { at: 'supported_parameters', words: ['reasoning'] },
      operations: {
        chat: { at: 'architecture.output_modalities', words: ['text'] },
        embed: { at: 'architecture.output_modalities', words: ['embeddings'] },
      },
    },
  },
  operations: {
    chat: [{ dialect: openaiChat, path: '/chat/completions', traits: [{ match: '*', oneChoice: true }] }],
    embed: [{ dialect: openaiEmbeddings, path: '/embeddings' }],
  },
};
