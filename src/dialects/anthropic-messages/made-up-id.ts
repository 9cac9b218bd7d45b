import type { ResponseHead } from '../../core/chat.ts';

/** An id for an answer of another dialect: every one has one that begins so. The same answer always gets the same. */
export function messageId({ id, createdAt }: ResponseHead): string {
  if (id === undefined || id === '') return `msg_${createdAt ?? 0}`;
  return id.startsWith(prefix) ? id : prefix + id;
}

/** An id for a tool call whose vendor gave it none, by which its result can be told from others. */
export function madeUpCallId(message: string, call: number): string {
  return `toolu_${message.startsWith(prefix) ? message.slice(prefix.length) : message}_${call}`;
}

const prefix = 'msg_';
