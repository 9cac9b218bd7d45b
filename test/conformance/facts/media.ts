import { createHash } from 'node:crypto';

/** One value for the same medium, however it is handed over: its bytes, or the address where they are. */
export function mediumOfUrl(url: string): string {
  const inline = /^data:[^,]*;base64,(.*)$/s.exec(url);
  if (inline !== null) return mediumOfBase64(inline[1] ?? '');
  return /^[a-z][a-z0-9+.-]*:/i.test(url) ? `at ${url}` : mediumOfBase64(url);
}

export function mediumOfBase64(base64: string): string {
  return hash(Buffer.from(base64, 'base64'));
}

export function mediumOfText(text: string): string {
  return hash(Buffer.from(text));
}

function hash(bytes: Uint8Array): string {
  return `bytes ${createHash('sha256').update(bytes).digest('hex')}`;
}
