import type { MediaKind } from './ports.ts';

/** What is taken as a medium of each kind: what the vendors that want bytes can read. */
export const mediaTypes: Readonly<Record<MediaKind, readonly string[]>> = {
  image: ['image/png', 'image/jpeg', 'image/gif', 'image/webp'],
  file: ['application/pdf', 'text/*'],
  audio: ['audio/wav', 'audio/mpeg', 'audio/flac', 'audio/ogg'],
};

/**
 * The media type of bytes that are of this kind; undefined if they are not. Only the bytes are believed, but for text, which
 * has no mark of its own: it must be UTF-8 and declared as text or not at all.
 */
export function recognised(
  kind: MediaKind,
  bytes: Uint8Array<ArrayBuffer>,
  declared: string | undefined,
): string | undefined {
  const found = marks.find(({ shows }) => shows(bytes))?.mediaType;
  if (found !== undefined) return mediaTypes[kind].includes(found) ? found : undefined;
  return kind === 'file' ? textType(bytes, essence(declared)) : undefined;
}

interface Mark {
  readonly mediaType: string;
  shows(bytes: Uint8Array<ArrayBuffer>): boolean;
}

/** How a file of each type begins, further than its first bytes where that is cheap. */
const marks: readonly Mark[] = [
  {
    mediaType: 'image/png',
    shows: (bytes) => says(bytes, 0, '\x89PNG\r\n\x1a\n') && says(bytes, 12, 'IHDR') && bytes.length >= 45,
  },
  { mediaType: 'image/jpeg', shows: (bytes) => says(bytes, 0, '\xff\xd8\xff') && bytes.length >= 20 },
  {
    mediaType: 'image/gif',
    shows: (bytes) => (says(bytes, 0, 'GIF87a') || says(bytes, 0, 'GIF89a')) && bytes.length >= 14,
  },
  {
    mediaType: 'image/webp',
    shows: (bytes) => says(bytes, 0, 'RIFF') && says(bytes, 8, 'WEBPVP8') && bytes.length >= 25,
  },
  { mediaType: 'application/pdf', shows: (bytes) => says(bytes, 0, '%PDF-') },
  { mediaType: 'audio/wav', shows: (bytes) => says(bytes, 0, 'RIFF') && says(bytes, 8, 'WAVE') },
  { mediaType: 'audio/flac', shows: (bytes) => says(bytes, 0, 'fLaC') },
  { mediaType: 'audio/ogg', shows: (bytes) => says(bytes, 0, 'OggS') },
  { mediaType: 'audio/mpeg', shows: (bytes) => says(bytes, 0, 'ID3') || isMpegFrame(bytes) },
];

function says(bytes: Uint8Array<ArrayBuffer>, from: number, text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (bytes[from + at] !== text.charCodeAt(at)) return false;
  }
  return true;
}

/** Eleven bits of sync, then a version that exists and the third layer: the byte order mark of UTF-16 is none. */
function isMpegFrame(bytes: Uint8Array<ArrayBuffer>): boolean {
  const second = bytes[1] ?? 0;
  return bytes[0] === 0xff && (second & 0xe0) === 0xe0 && (second & 0x18) !== 0x08 && (second & 0x06) === 0x02;
}

const nobodyKnows = new Set(['', 'application/octet-stream', 'binary/octet-stream']);
const isTextType =
  /^(?:text\/[\w.+-]+|application\/(?:[\w.-]+\+)?(?:json|xml|yaml)|application\/(?:x-)?(?:ndjson|javascript))$/;

function textType(bytes: Uint8Array<ArrayBuffer>, declared: string): string | undefined {
  const mediaType = nobodyKnows.has(declared) ? 'text/plain' : declared;
  return isTextType.test(mediaType) && isText(bytes) ? mediaType : undefined;
}

/** Some UTF-8 without NUL, which no text has and every other encoding of two bytes does. */
function isText(bytes: Uint8Array<ArrayBuffer>): boolean {
  if (bytes.length === 0 || bytes.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function essence(declared: string | undefined): string {
  return (declared ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
