import { openaiChat } from '../dialects/openai-chat/index.ts';
import { openaiEmbeddings } from '../dialects/openai-embeddings/index.ts';
import { bearer } from './auth.ts';
import { gpt } from './gpt.ts';
import type { Provider } from './provider.ts';

export const openai: Provider = {
  name: 'openai',
  baseUrl: 'https://api.openai.com/v1',
  auth: bearer('OPENAI_API_KEY'),
  // https://platform.openai.com/docs/api-reference/models/list tells names and, once it is announced, the day of the end.
  models: { path: '/models', says: { retiresAt: 'shutdown_date' } },
  serves: [
    { match: 'text-embedding-*', operations: ['embed'] },
    ...[
      ...['*whisper*', 'tts-*', '*-tts*', '*transcribe*', 'gpt-audio*', '*-realtime*', 'gpt-live*'],
      ...['dall-e-*', '*gpt-image-*', 'chatgpt-image-*', 'sora-*', '*moderation*'],
      ...['babbage-*', 'davinci-*', '*-instruct*', '*-codex*', '*-pro', '*-pro-####-##-##', '*deep-research*'],
      ...['text-*', 'code-*', 'ada*', 'babbage*', 'curie*', 'davinci*', 'computer-use-*'],
    ].map((match) => ({ match, operations: [] })),
    { match: '*', operations: ['chat'] },
  ],
  operations: {
    chat: [{ dialect: openaiChat, path: '/chat/completions', traits: gpt() }],
    embed: [{ dialect: openaiEmbeddings, path: '/embeddings' }],
  },
};
