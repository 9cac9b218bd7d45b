import type { Dialect } from '../dialect.ts';
import { failure } from '../openai/failure.ts';
import { standing } from '../openai/standing.ts';
import { unstreamed } from '../unstreamed.ts';
import { asAsked } from './as-asked.ts';
import { peek } from './peek.ts';
import { request } from './request.ts';
import { response } from './response.ts';
import { routes } from './routes.ts';

/** OpenAI's embeddings, and what compatible vendors made of them. https://platform.openai.com/docs/api-reference/embeddings */
export const openaiEmbeddings: Dialect<'embed'> = {
  name: 'openai-embeddings',
  operation: 'embed',
  routes,
  request,
  response,
  stream: unstreamed,
  failure,
  peek,
  standing,
  headers: [],
  asAsked,
};
