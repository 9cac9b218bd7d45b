import type { Route } from '../dialect.ts';

/** Where Anthropic's clients put their key: those of API version 2023-06-01 in a header of its own, later ones as Bearer. */
const credential = ['x-api-key', 'authorization'];

/** Where Anthropic's clients ask, and again under the prefix that no other vendor shares. */
export const routes: readonly Route[] = [
  { method: 'POST', path: '/v1/messages', credential },
  { method: 'POST', path: '/anthropic/v1/messages', credential },
];

/** Where they ask how many tokens a request has. */
export const countRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/messages/count_tokens', credential },
  { method: 'POST', path: '/anthropic/v1/messages/count_tokens', credential },
];
