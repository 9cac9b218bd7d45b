import { Failure } from '../../core/failure.ts';
import type { Source } from '../../core/message.ts';

export interface DataUrl {
  readonly source: Source;
  /** How many the bytes in it are. */
  readonly bytes: number;
}

/**
 * The bytes within a URL, which is in the request and is fetched from nowhere. In whichever way it is written (RFC 2397):
 * parameters before the base64, escapes instead of it. Above `room` bytes it is a `request-invalid` before anything is decoded.
 */
export function sourceOfDataUrl(url: string, room: number): DataUrl {
  const comma = url.slice(0, longestHead).indexOf(',');
  if (comma < 0) throw refused('This data URL has no comma after its media type.');
  const [essence = '', ...parameters] = url.slice('data:'.length, comma).split(';');
  const mediaType = essence.trim().toLowerCase() || 'text/plain';
  const isBase64 = parameters.at(-1)?.trim().toLowerCase() === 'base64';
  const perByte = isBase64 && !url.includes('%', comma) ? 4 / 3 : 3;
  if (url.length - comma > room * perByte + 4) throw tooLarge(room);
  const content = unescaped(url.slice(comma + 1));
  const bytes = isBase64 ? fromBase64(content) : content;
  if (bytes.length > room) throw tooLarge(room);
  return { source: { kind: 'base64', mediaType, base64: bytes.toBase64() }, bytes: bytes.length };
}

const longestHead = 1_024;

/** Escapes are bytes; every other character stands for its own in UTF-8. */
function unescaped(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  let length = 0;
  for (let from = 0; from < bytes.length; from += 1) {
    const escaped = bytes[from] === percent ? escapedByte(bytes, from) : undefined;
    bytes[length] = escaped ?? bytes[from] ?? 0;
    length += 1;
    if (escaped !== undefined) from += 2;
  }
  return bytes.slice(0, length);
}

const percent = 0x25;

function escapedByte(bytes: Uint8Array, from: number): number | undefined {
  const digits = String.fromCharCode(bytes[from + 1] ?? 0, bytes[from + 2] ?? 0);
  return /^[\da-f]{2}$/i.test(digits) ? Number.parseInt(digits, 16) : undefined;
}

function fromBase64(content: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(new TextDecoder('latin1').decode(content));
  } catch {
    throw refused('This data URL says that it is base64, but it cannot be decoded.');
  }
}

function tooLarge(room: number): Failure {
  return refused(`This data URL holds more than the ${room} bytes that are left.`);
}

function refused(sentence: string): Failure {
  return new Failure('request-invalid', sentence);
}
