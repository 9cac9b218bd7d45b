import { anthropicMessages } from '../dialects/anthropic-messages/index.ts';
import { openaiChat } from '../dialects/openai-chat/index.ts';
import { openaiEmbeddings } from '../dialects/openai-embeddings/index.ts';
import { bearer } from './auth.ts';
import type { Provider } from './provider.ts';

/**
 * https://docs.fireworks.ai/tools-sdks/openai-compatibility and https://docs.fireworks.ai/tools-sdks/anthropic-compatibility. Its
 * models are named `accounts/fireworks/models/…`; usage comes with the last piece of every stream.
 */
export const fireworks: Provider = {
  name: 'fireworks',
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  auth: bearer('FIREWORKS_API_KEY'),
  models: {
    path: '/models',
    says: {
      contextTokens: 'context_length',
      vision: { at: 'supports_image_input' },
      tools: { at: 'supports_tools' },
      operations: { chat: { at: 'supports_chat' } },
    },
  },
  // Its list tells whether one can chat with a model, not whether it embeds.
  serves: [{ match: '*embed*', operations: ['embed'] }],
  operations: {
    chat: [
      {
        dialect: openaiChat,
        path: '/chat/completions',
        adjust: { usageUnasked: true },
        traits: [{ match: '*', inline: ['file', 'audio'] }],
      },
      { dialect: anthropicMessages, path: '/messages', traits: [{ match: '*', limitNeeded: true, oneChoice: true }] },
    ],
    embed: [{ dialect: openaiEmbeddings, path: '/embeddings' }],
  },
};
