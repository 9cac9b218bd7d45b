import { openaiChat } from '../dialects/openai-chat/index.ts';
import { openaiEmbeddings } from '../dialects/openai-embeddings/index.ts';
import { open } from './auth.ts';
import type { Provider } from './provider.ts';

/** The provider that needs nothing. Its address leads nowhere, for its `HttpClient` answers by itself. */
export const sandbox: Provider = {
  name: 'sandbox',
  baseUrl: 'http://sandbox.invalid',
  auth: open,
  builtIn: true,
  serves: [
    { match: 'embed*', operations: ['embed'] },
    { match: '*', operations: ['chat'] },
  ],
  operations: {
    chat: [{ dialect: openaiChat, path: '/chat/completions' }],
    embed: [{ dialect: openaiEmbeddings, path: '/embeddings' }],
  },
};
