import { openaiChat } from '../dialects/openai-chat/index.ts';
import { bearer } from './auth.ts';
import type { ModelTraits } from './model-traits.ts';
import type { Provider } from './provider.ts';

/** https://docs.x.ai/docs/api-reference. It counts reasoning beside `completion_tokens`, not among them. */
export const xai: Provider = {
  name: 'xai',
  baseUrl: 'https://api.x.ai/v1',
  auth: bearer('XAI_API_KEY'),
  models: { path: '/models' },
  serves: ['*-image*', '*imagine*', '*-video*'].map((match) => ({ match, operations: [] })),
  operations: { chat: [{ dialect: openaiChat, path: '/chat/completions', traits: models() }] },
};

/** Models that reason refuse penalties and stop sequences, most of them an effort too: https://docs.x.ai/docs/guides/reasoning. */
function models(): readonly ModelTraits[] {
  const common = { inline: ['file', 'audio'] } as const;
  const plain = { ...common, reasoning: 'none', lacks: ['topK'] } as const;
  const thinking = { ...common, lacks: ['topK', 'frequencyPenalty', 'presencePenalty', 'stop'] } as const;
  return [
    { ...plain, match: '*-non-reasoning*', lacks: ['topK', 'frequencyPenalty', 'presencePenalty'] },
    { ...plain, match: 'grok-2*' },
    { ...thinking, match: 'grok-3-mini*', reasoning: 'effort', efforts: ['low', 'high'] },
    { ...plain, match: 'grok-3*' },
    { ...thinking, match: 'grok-4.3*', reasoning: 'effort', efforts: ['none', 'low', 'medium', 'high'] },
    { ...thinking, match: 'grok-4.5*', reasoning: 'effort', efforts: ['low', 'medium', 'high'] },
    { ...thinking, match: '*', reasoning: 'none' },
  ];
}
