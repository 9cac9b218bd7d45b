import { anthropicMessages, anthropicTokenCount } from '../dialects/anthropic-messages/index.ts';
import { keyHeader } from './auth.ts';
import { claude } from './claude.ts';
import type { Provider } from './provider.ts';

export const anthropic: Provider = {
  name: 'anthropic',
  baseUrl: 'https://api.anthropic.com',
  auth: keyHeader('x-api-key', 'ANTHROPIC_API_KEY'),
  // https://platform.claude.com/docs/en/api/models-list
  models: {
    path: '/v1/models?limit=1000',
    headers: { 'anthropic-version': '2023-06-01' },
    after: 'after_id',
    says: {
      contextTokens: 'max_input_tokens',
      maxOutputTokens: 'max_tokens',
      retiresAt: 'retires_at',
      vision: { at: 'capabilities.image_input.supported' },
      jsonSchema: { at: 'capabilities.structured_outputs.supported' },
      reasoning: { at: 'capabilities.thinking.supported' },
      gone: { at: 'lifecycle', words: ['retired'] },
    },
  },
  operations: {
    chat: [{ dialect: anthropicMessages, path: '/v1/messages', traits: claude }],
    'count-tokens': [{ dialect: anthropicTokenCount, path: '/v1/messages/count_tokens' }],
  },
};
