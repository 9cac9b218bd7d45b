import type { ChatRequest } from '../../src/core/chat.ts';
import { request } from '../../src/dialects/openai-chat/request.ts';
import { unlost } from '../json-wire.ts';

export function encoded(value: ChatRequest): unknown {
  return JSON.parse(new TextDecoder().decode(request.encode(value, unlost).bytes));
}
