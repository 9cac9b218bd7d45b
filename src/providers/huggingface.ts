import { openaiChat } from '../dialects/openai-chat/index.ts';
import { bearer } from './auth.ts';
import type { Provider } from './provider.ts';

/**
 * The router before many vendors, https://huggingface.co/docs/inference-providers: a model is named `org/name`, and which vendor
 * answers may stand behind a colon. Some of them end their streams without a mark. Its list tells what each vendor of a model
 * can do; what one can, can be asked for.
 */
export const huggingface: Provider = {
  name: 'huggingface',
  baseUrl: 'https://router.huggingface.co/v1',
  auth: bearer('HF_TOKEN'),
  models: {
    path: '/models',
    says: {
      contextTokens: 'providers.*.context_length',
      vision: { at: 'architecture.input_modalities', words: ['image'] },
      tools: { at: 'providers.*.supports_tools' },
      jsonSchema: { at: 'providers.*.supports_structured_output' },
    },
  },
  operations: {
    chat: [
      {
        dialect: openaiChat,
        path: '/chat/completions',
        adjust: { endsUnmarked: true },
        traits: [{ match: '*', inline: ['file', 'audio'] }],
      },
    ],
  },
};
