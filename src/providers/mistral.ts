import { openaiChat } from '../dialects/openai-chat/index.ts';
import { openaiEmbeddings } from '../dialects/openai-embeddings/index.ts';
import { bearer } from './auth.ts';
import type { Provider } from './provider.ts';

/**
 * https://docs.mistral.ai/api/endpoint/chat. What it does not know it refuses (422 `extra_forbidden`), also `stream_options`
 * and `max_completion_tokens`, and ids of calls that are none of its own, https://github.com/anomalyco/opencode/issues/1680; usage comes with the last piece of every stream. Its entries say when a model is turned off.
 */
export const mistral: Provider = {
  name: 'mistral',
  baseUrl: 'https://api.mistral.ai/v1',
  auth: bearer('MISTRAL_API_KEY'),
  models: {
    path: '/models',
    says: {
      contextTokens: 'max_context_length',
      retiresAt: 'deprecation',
      vision: { at: 'capabilities.vision' },
      tools: { at: 'capabilities.function_calling' },
      reasoning: { at: 'capabilities.reasoning' },
      operations: { chat: { at: 'capabilities.completion_chat' } },
    },
  },
  // Its list tells whether one can chat with a model, not whether it embeds.
  serves: [
    { match: '*-embed*', operations: ['embed'] },
    ...['*-moderation*', '*-ocr*', '*transcribe*', '*-tts*'].map((match) => ({ match, operations: [] })),
  ],
  operations: {
    chat: [
      {
        dialect: openaiChat,
        path: '/chat/completions',
        adjust: {
          renamed: { max_completion_tokens: 'max_tokens', seed: 'random_seed' },
          already: ['stream_options'],
          usageUnasked: true,
          without: ['logprobs', 'top_logprobs', 'logit_bias', 'user', 'safety_identifier', 'store', 'verbosity'],
        },
        traits: [{ match: '*', lacks: ['topK'], inline: ['file', 'audio'], pastReasoning: 'none', callIds: 'nine' }],
      },
    ],
    embed: [{ dialect: openaiEmbeddings, path: '/embeddings', adjust: { without: ['user'] } }],
  },
};
