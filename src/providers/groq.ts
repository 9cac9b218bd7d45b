import { openaiChat } from '../dialects/openai-chat/index.ts';
import { bearer } from './auth.ts';
import type { ModelTraits } from './model-traits.ts';
import type { Provider } from './provider.ts';

/** What it refuses: https://console.groq.com/docs/openai. It also refuses a message's `name`, and says so itself. */
export const groq: Provider = {
  name: 'groq',
  baseUrl: 'https://api.groq.com/openai/v1',
  auth: bearer('GROQ_API_KEY'),
  // https://console.groq.com/docs/models
  models: {
    path: '/models',
    says: {
      contextTokens: 'context_window',
      maxOutputTokens: 'max_completion_tokens',
      gone: { at: 'active', words: ['false'] },
    },
  },
  serves: ['*whisper*', '*-tts*', '*orpheus*', '*guard*'].map((match) => ({ match, operations: [] })),
  operations: {
    chat: [
      {
        dialect: openaiChat,
        path: '/chat/completions',
        adjust: { without: ['logprobs', 'top_logprobs', 'logit_bias'] },
        traits: models(),
      },
    ],
  },
};

/** Schemas: https://console.groq.com/docs/structured-outputs. Reasoning: https://console.groq.com/docs/reasoning. */
function models(): readonly ModelTraits[] {
  const common = {
    lacks: ['topK'],
    maxStopSequences: 4,
    oneChoice: true,
    inline: ['file', 'audio'],
    pastReasoning: 'none',
  } as const;
  const byPrompt = { ...common, outputs: ['json'] } as const;
  return [
    { ...common, match: 'openai/gpt-oss-*', reasoning: 'effort', efforts: ['low', 'medium', 'high'] },
    { ...common, match: 'meta-llama/llama-4-*', reasoning: 'none' },
    { ...common, match: 'moonshotai/kimi-k2*', reasoning: 'none' },
    { ...byPrompt, match: 'qwen/qwen3*', reasoning: 'effort', efforts: ['none', 'default'] },
    { ...byPrompt, match: '*', reasoning: 'none' },
  ];
}
