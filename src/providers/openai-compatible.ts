import { openaiChat } from '../dialects/openai-chat/index.ts';
import { openaiEmbeddings } from '../dialects/openai-embeddings/index.ts';
import { optionalBearer } from './auth.ts';
import type { Provider } from './provider.ts';

/** Whoever speaks OpenAI's dialect and has no kind of its own. Its oddities are configured, and its models: nobody knows its list. */
export const openaiCompatible: Provider = {
  name: 'openai-compatible',
  auth: optionalBearer(),
  operations: {
    chat: [{ dialect: openaiChat, path: '/chat/completions' }],
    embed: [{ dialect: openaiEmbeddings, path: '/embeddings' }],
  },
};
