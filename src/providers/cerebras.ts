import { openaiChat } from '../dialects/openai-chat/index.ts';
import { bearer } from './auth.ts';
import type { Provider } from './provider.ts';

/**
 * https://inference-docs.cerebras.ai/resources/openai lists what it refuses with a 400, and tells that it has no role
 * `developer`. Its streams end with a finish and usage, without a mark.
 */
export const cerebras: Provider = {
  name: 'cerebras',
  baseUrl: 'https://api.cerebras.ai/v1',
  auth: bearer('CEREBRAS_API_KEY'),
  models: { path: '/models' },
  operations: {
    chat: [
      {
        dialect: openaiChat,
        path: '/chat/completions',
        adjust: {
          without: ['frequency_penalty', 'presence_penalty', 'logit_bias', 'parallel_tool_calls', 'service_tier'],
          endsUnmarked: true,
        },
        traits: [
          {
            match: '*',
            lacks: ['topK'],
            oneChoice: true,
            maxStopSequences: 4,
            inline: ['file', 'audio'],
            pastReasoning: 'none',
          },
        ],
      },
    ],
  },
};
