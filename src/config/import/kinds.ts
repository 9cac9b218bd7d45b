import { endedKinds } from '../ended-kinds.ts';

/** What other gateways call the vendors that we have a kind for; a kind that this version lacks is said to be missing. */
export const kindNames: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  azure: 'azure-openai',
  'azure-openai': 'azure-openai',
  cerebras: 'cerebras',
  cohere: 'cohere',
  cohere_chat: 'cohere',
  custom_openai: 'openai-compatible',
  deepseek: 'deepseek',
  fireworks_ai: 'fireworks',
  'fireworks-ai': 'fireworks',
  gemini: 'gemini',
  google: 'gemini',
  groq: 'groq',
  hosted_vllm: 'vllm',
  huggingface: 'huggingface',
  litellm_proxy: 'openai-compatible',
  llamafile: 'openai-compatible',
  lm_studio: 'lmstudio',
  lmstudio: 'lmstudio',
  mistral: 'mistral',
  'mistral-ai': 'mistral',
  ollama: 'ollama',
  ollama_chat: 'ollama',
  openai_like: 'openai-compatible',
  openrouter: 'openrouter',
  perplexity: 'perplexity',
  'perplexity-ai': 'perplexity',
  together_ai: 'together',
  'together-ai': 'together',
  vertex_ai: 'vertex',
  'vertex-ai': 'vertex',
  vllm: 'vllm',
  'x-ai': 'xai',
  xai: 'xai',
  bedrock: 'bedrock',
};

/** Why there is no kind for a vendor, as the beginning of a remark. */
export function kindMissing(vendor: string): string {
  const kind = Object.hasOwn(kindNames, vendor) ? kindNames[vendor] : undefined;
  const ended = kind !== undefined && Object.hasOwn(endedKinds, kind) ? endedKinds[kind] : undefined;
  return ended?.replace(/\. Take the entry out\.$/, ';') ?? `there is no kind of provider for ${vendor};`;
}

/** Models that both gateways take without a provider before them. */
const bare: readonly (readonly [RegExp, string])[] = [
  [/^(gpt-|chatgpt-|o\d|text-embedding-)/, 'openai'],
  [/^claude-/, 'anthropic'],
];

/** Whose model a bare name is; undefined if that is not said anywhere. */
export function vendorOf(model: string): string | undefined {
  return bare.find(([pattern]) => pattern.test(model))?.[1];
}
