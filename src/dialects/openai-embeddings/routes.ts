import type { Route } from '../dialect.ts';

/** Where OpenAI's clients ask, and again under the prefix that no other vendor shares. */
export const routes: readonly Route[] = [
  { method: 'POST', path: '/v1/embeddings', credential: ['authorization'] },
  { method: 'POST', path: '/openai/v1/embeddings', credential: ['authorization'] },
];
