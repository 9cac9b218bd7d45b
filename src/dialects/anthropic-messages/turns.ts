import type { Opaque } from '../../core/carried.ts';
import type { Message, RoleMessage } from '../../core/message.ts';
import { spelled } from './carry.ts';

/** Where canonical messages stand on the wire. */
export interface Turns {
  /** Those of the top-level `system`. */
  readonly system: readonly Placed[];
  readonly turns: readonly Turn[];
}

/** One element of `messages`, and the canonical messages it is made of. */
export type Turn =
  | { readonly role: 'system' | 'user' | 'assistant'; readonly messages: readonly Placed[] }
  | { readonly role: 'opaque'; readonly message: Opaque; readonly index: number };

/** A message with its position in the canonical conversation. */
export interface Placed {
  readonly message: RoleMessage;
  readonly index: number;
}

/**
 * What a user says and what tools gave stand in one turn of the user, the results first; what instructs the model stands at the
 * top. Only what came otherwise from this dialect's wire, and is noted so, goes back otherwise.
 */
export function turnsOf(messages: readonly Message[]): Turns {
  const system: Placed[] = [];
  const turns: Turn[] = [];
  for (const [index, message] of messages.entries()) {
    if (message.type === 'opaque') turns.push({ role: 'opaque', message, index });
    else if (isAtTop(message)) system.push({ message, index });
    else if (message.role === 'system' || message.role === 'developer') {
      turns.push({ role: 'system', messages: [{ message, index }] });
    } else if (message.role === 'assistant') turns.push({ role: 'assistant', messages: [{ message, index }] });
    else {
      const last = turns.at(-1);
      if (last?.role === 'user' && isJoined(message, last.messages.at(-1)?.message)) {
        turns[turns.length - 1] = { role: 'user', messages: [...last.messages, { message, index }] };
      } else turns.push({ role: 'user', messages: [{ message, index }] });
    }
  }
  return { system, turns };
}

/** Whether a message of the user or of a tool usually stands in the same turn as the one before it. */
export function usuallyJoins(message: RoleMessage, before: Message | undefined): boolean {
  const follows = message.role === 'tool' || message.role === 'user';
  return follows && before?.type === 'message' && before.role === 'tool';
}

function isAtTop(message: RoleMessage): boolean {
  return (message.role === 'system' || message.role === 'developer') && spelled(message, 'place') !== 'messages';
}

function isJoined(message: RoleMessage, before: RoleMessage | undefined): boolean {
  const word = spelled(message, 'turn');
  return word === undefined ? usuallyJoins(message, before) : word === 'joined';
}
