import type { ChatRequest } from '../../core/chat.ts';

/**
 * The path of the first result of a tool whose call does not stand before it, which every vendor of another dialect refuses in
 * words that the caller cannot read. Calls that only one dialect knows may be anybody's: after one of them nothing is said.
 */
export function orphanResult({
  messages,
}: ChatRequest): { readonly path: string; readonly callId: string } | undefined {
  const calls = new Set<string>();
  for (const [number, message] of messages.entries()) {
    if (message.type === 'opaque') return undefined;
    for (const [place, part] of message.parts.entries()) {
      if (part.type === 'tool-call' || part.type === 'custom-call') calls.add(part.id);
      if (part.type === 'opaque' && message.role === 'assistant') return undefined;
      if (part.type === 'tool-result' && !calls.has(part.callId))
        return { path: `messages[${number}].parts[${place}].callId`, callId: part.callId };
    }
  }
  return undefined;
}
