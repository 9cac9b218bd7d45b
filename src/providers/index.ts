import { anthropic } from './anthropic.ts';
import { azureOpenai } from './azure-openai.ts';
import { cerebras } from './cerebras.ts';
import { deepseek } from './deepseek.ts';
import { fireworks } from './fireworks.ts';
import { groq } from './groq.ts';
import { huggingface } from './huggingface.ts';
import { llamaCpp } from './llama-cpp.ts';
import { lmstudio } from './lmstudio.ts';
import { mistral } from './mistral.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';
import { openaiCompatible } from './openai-compatible.ts';
import { openrouter } from './openrouter.ts';
import type { Provider } from './provider.ts';
import { sandbox } from './sandbox.ts';
import { together } from './together.ts';
import { vllm } from './vllm.ts';
import { xai } from './xai.ts';

/** Every kind of provider there is. */
export const providerKinds: readonly Provider[] = [
  anthropic,
  azureOpenai,
  cerebras,
  deepseek,
  fireworks,
  groq,
  huggingface,
  llamaCpp,
  lmstudio,
  mistral,
  ollama,
  openai,
  openaiCompatible,
  openrouter,
  sandbox,
  together,
  vllm,
  xai,
];
