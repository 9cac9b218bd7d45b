import { latin1, stringText } from './text.ts';

/**
 * Whether a JSON string, given by its bytes with the quotes, is a URL of any scheme but `data:`: what it stands for is not
 * in the request.
 */
export function isReference(bytes: Uint8Array, start: number, end: number): boolean {
  const head = latin1(bytes, start + 1, Math.min(end - 1, start + 1 + headLength));
  return scheme.test(head.includes('\\') ? stringText(bytes, start, end).slice(0, headLength) : head);
}

const headLength = 40;
const scheme = /^\s*(?!data:)[a-z][a-z\d+.-]*:/i;
