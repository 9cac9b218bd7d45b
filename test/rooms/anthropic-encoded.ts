import type { ChatRequest } from '../../src/core/chat.ts';
import type { Loss } from '../../src/core/loss.ts';
import { encode } from '../../src/dialects/anthropic-messages/request-codec.ts';

/** The wire form with what was lost; without the limit that is always there, unless it was asked for. */
export function encoded(value: ChatRequest, said?: Partial<ChatRequest>): Readonly<Record<string, unknown>> {
  const told: Loss[] = [];
  const plain = said !== undefined && Object.keys(said).length === 0 ? { messages: [] } : value;
  const { max_tokens, ...wire } = JSON.parse(new TextDecoder().decode(encode(plain, (loss) => told.push(loss)).bytes));
  return { ...wire, ...(said !== undefined && { max_tokens }), lost: told };
}
