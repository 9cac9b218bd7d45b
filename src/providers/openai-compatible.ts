import { openaiChat } from '../dialects/openai-chat/index.ts';
import { optionalBearer } from './auth.ts';
import type { Provider } from './provider.ts';

/** Whoever speaks OpenAI's dialect: vLLM, llama.cpp, LM Studio, SGLang and many vendors. Its oddities are configured. */
export const openaiCompatible: Provider = {
  name: 'openai-compatible',
  auth: optionalBearer(),
  operations: { chat: [{ dialect: openaiChat, path: '/chat/completions' }] },
};
