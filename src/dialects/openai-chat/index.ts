import type { Dialect } from '../dialect.ts';
import { failure } from '../openai/failure.ts';
import { standing } from '../openai/standing.ts';
import { peek } from './peek.ts';
import { request } from './request.ts';
import { response } from './response.ts';
import { routes } from './routes.ts';
import { stream } from './stream.ts';

/** OpenAI's chat completions, and what compatible vendors made of them. https://platform.openai.com/docs/api-reference/chat */
export const openaiChat: Dialect<'chat'> = {
  name: 'openai-chat',
  operation: 'chat',
  routes,
  request,
  response,
  stream,
  failure,
  peek,
  standing,
  headers: [],
  seals: 'call-ids',
};
