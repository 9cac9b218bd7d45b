import type { ChatRequest } from '../../core/chat.ts';
import type { RequestCodec } from '../dialect.ts';
import { countEnvelope, envelope } from './envelope.ts';
import { locate } from './locate.ts';
import { decode, encode } from './request-codec.ts';
import { countSplice, splice } from './splice.ts';

/** A request, both ways. https://platform.claude.com/docs/en/api/messages/create */
export const request: RequestCodec<ChatRequest> = { envelope, splice, locate, decode, encode };

/** The question how many tokens a request has, both ways. https://platform.claude.com/docs/en/api/messages-count-tokens */
export const countRequest: RequestCodec<ChatRequest> = {
  envelope: countEnvelope,
  splice: countSplice,
  locate,
  decode,
  // No count depends on the limit, and the vendor refuses to be told one. So nothing is lost.
  encode: (value, lost) => countSplice(encode(value, lost), { without: ['max_tokens'] }, () => undefined),
};
