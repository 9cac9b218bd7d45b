import { groq } from './groq.ts';
import { openai } from './openai.ts';
import { openaiCompatible } from './openai-compatible.ts';
import type { Provider } from './provider.ts';
import { sandbox } from './sandbox.ts';

/** Every kind of provider there is. */
export const providerKinds: readonly Provider[] = [groq, openai, openaiCompatible, sandbox];
