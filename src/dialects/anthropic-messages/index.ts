import type { Dialect } from '../dialect.ts';
import { unstreamed } from '../unstreamed.ts';
import { failure } from './failure.ts';
import { peek } from './peek.ts';
import { countRequest, request } from './request.ts';
import { response } from './response.ts';
import { countRoutes, routes } from './routes.ts';
import { standing } from './standing.ts';
import { stream } from './stream.ts';
import { countPeek, countResponse } from './token-count.ts';

/** What both operations have in common. */
const manners = {
  failure,
  headers: ['anthropic-version', 'anthropic-beta'],
  seals: 'parts',
  requestIdHeader: 'request-id',
  standing,
} as const;

/** Anthropic's messages, and what compatible vendors made of them. https://platform.claude.com/docs/en/api/messages */
export const anthropicMessages: Dialect<'chat'> = {
  ...manners,
  name: 'anthropic-messages',
  operation: 'chat',
  routes,
  request,
  response,
  stream,
  peek,
};

/** How many tokens such a request has. https://platform.claude.com/docs/en/api/messages-count-tokens */
export const anthropicTokenCount: Dialect<'count-tokens'> = {
  ...manners,
  name: 'anthropic-token-count',
  operation: 'count-tokens',
  routes: countRoutes,
  request: countRequest,
  response: countResponse,
  stream: unstreamed,
  peek: countPeek,
};
