import { openaiChat } from '../dialects/openai-chat/index.ts';
import { openaiEmbeddings } from '../dialects/openai-embeddings/index.ts';
import { optionalBearer } from './auth.ts';
import type { Provider } from './provider.ts';

/**
 * Whoever speaks OpenAI's dialect and has no kind of its own. Its oddities are configured. It may list its models where OpenAI
 * does, and tell their context in one of the words that servers have for it.
 */
export const openaiCompatible: Provider = {
  name: 'openai-compatible',
  auth: optionalBearer(),
  models: {
    path: '/models',
    perhaps: true,
    says: {
      contextTokens: ['max_model_len', 'context_length', 'context_window', 'max_context_length', 'meta.n_ctx_train'],
      maxOutputTokens: ['max_completion_tokens', 'max_output_tokens', 'top_provider.max_completion_tokens'],
    },
  },
  operations: {
    chat: [{ dialect: openaiChat, path: '/chat/completions' }],
    embed: [{ dialect: openaiEmbeddings, path: '/embeddings' }],
  },
};
