import type { ChatEvent, ChatRequest, ChatResponse } from './chat.ts';
import type { EmbedRequest, EmbedResponse } from './embed.ts';
import type { TokenCount } from './token-count.ts';

/** Everything that can be asked, with the types of its question, its whole answer and one event of its streamed answer. */
export interface Operations {
  readonly chat: { readonly request: ChatRequest; readonly response: ChatResponse; readonly event: ChatEvent };
  /** How long a question to a chat model is, in tokens. */
  readonly 'count-tokens': { readonly request: ChatRequest; readonly response: TokenCount; readonly event: never };
  /** Texts as vectors. */
  readonly embed: { readonly request: EmbedRequest; readonly response: EmbedResponse; readonly event: never };
}

export type OperationName = keyof Operations;
export type RequestOf<Op extends OperationName> = Operations[Op]['request'];
export type ResponseOf<Op extends OperationName> = Operations[Op]['response'];
export type EventOf<Op extends OperationName> = Operations[Op]['event'];
