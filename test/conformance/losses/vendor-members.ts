import { type LossLine, lines } from './loss-line.ts';

/** Members of requests that vendors of OpenAI's dialect have added to it, each its own, and that none of the others knows. */
export const vendorLosses: readonly LossLine[] = [
  ...lines(
    {
      why: 'unsupported',
      page: 'https://platform.claude.com/docs/en/api/messages',
      lacks: 'other vendors’ members: not of OpenAI’s API, and not of Anthropic’s',
      excuses: ['member', 'seed'],
    },
    'cache_prompt',
    'chat_template_kwargs',
    'data_sources',
    'enable_thinking',
    'frobnicate',
    '__proto__x',
    'guided_json',
    'min_p',
    'models',
    'options',
    'prompt_mode',
    'provider',
    'random_seed',
    'reasoning',
    'reasoning_format',
    'repetition_penalty',
    'return_full_text',
    'safe_prompt',
    'search_domain_filter',
    'thinking',
    'transforms',
    'usage',
    'tool_prompt',
    'echo',
  ),
];
