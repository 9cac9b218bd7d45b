import type { ChatRequest } from '../../src/core/chat.ts';
import type { Loss } from '../../src/core/loss.ts';
import { request } from '../../src/dialects/openai-chat/request.ts';

export function all(value: ChatRequest): { readonly wire: unknown; readonly losses: readonly Loss[] } {
  const losses: Loss[] = [];
  const { bytes: written } = request.encode(value, (loss) => void losses.push(loss));
  return { wire: JSON.parse(new TextDecoder().decode(written)), losses };
}

export function bytes(wire: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(wire));
}
