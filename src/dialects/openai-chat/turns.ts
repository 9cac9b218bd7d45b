import type { Message, RoleMessage } from '../../core/message.ts';
import { marked, spelled } from './carry.ts';

/** What stands in one message on the wire: a canonical message, and what the same speaker goes on to say. */
export interface Turn {
  readonly first: Placed<Message>;
  readonly more: readonly Placed<RoleMessage>[];
}

/** A message with its position in the canonical conversation. */
export interface Placed<M extends Message> {
  readonly message: M;
  readonly index: number;
}

/**
 * OpenAI refuses any message between calls and their results, so what an assistant says before these come is all one turn; other
 * vendors join such messages themselves. Only what came apart from this dialect's wire, and is noted so, goes back apart.
 */
export function turnsOf(messages: readonly Message[]): readonly Turn[] {
  const joins = continuations(messages);
  const turns: { first: Placed<Message>; more: Placed<RoleMessage>[] }[] = [];
  for (const [index, message] of messages.entries()) {
    const isApart = message.type !== 'message' || joins[index] !== true || spelled(message, 'turn') === 'apart';
    if (isApart) turns.push({ first: { message, index }, more: [] });
    else turns.at(-1)?.more.push({ message, index });
  }
  return turns;
}

/** The same messages, those noted that stand apart although they usually would not. */
export function apart(messages: readonly Message[]): readonly Message[] {
  const joins = continuations(messages);
  return messages.map((message, index) => (joins[index] === true ? marked(message, 'turn', 'apart') : message));
}

/** Of each message, whether an assistant goes on in it that has called tools just before. */
function continuations(messages: readonly Message[]): readonly boolean[] {
  let awaits = false;
  return messages.map((message) => {
    const isAssistant = message.type === 'message' && message.role === 'assistant';
    const continues = isAssistant && awaits;
    awaits = isAssistant && (awaits || message.parts.some(isCall));
    return continues;
  });
}

function isCall({ type }: RoleMessage['parts'][number]): boolean {
  return type === 'tool-call' || type === 'custom-call';
}
