import { openaiChat } from '../dialects/openai-chat/index.ts';
import { bearer } from './auth.ts';
import type { Provider } from './provider.ts';

/** What it refuses: https://console.groq.com/docs/openai. It also refuses `n` above 1 and a message's `name`, and says so itself. */
export const groq: Provider = {
  name: 'groq',
  baseUrl: 'https://api.groq.com/openai/v1',
  auth: bearer('GROQ_API_KEY'),
  operations: {
    chat: [
      {
        dialect: openaiChat,
        path: '/chat/completions',
        adjust: { without: ['logprobs', 'top_logprobs', 'logit_bias'] },
      },
    ],
  },
};
