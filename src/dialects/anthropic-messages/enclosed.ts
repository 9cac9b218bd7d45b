import type { EnclosedMedia } from '../../core/envelope.ts';
import type { WatchedMember } from '../json-scan.ts';
import type { Given } from '../parameter.ts';
import { stringText } from '../text.ts';

/** The images and documents whose bytes are in a request; undefined if it has none. What is plain text is measured as such. */
export function enclosedIn({ bytes }: Given, watched: readonly WatchedMember[]): EnclosedMedia | undefined {
  if (watched.length === 0) return undefined;
  const sources = new Map<string, Source>();
  for (const { path, key, valueStart, valueEnd } of watched) {
    const [, at] = enclosing.exec(path) ?? [];
    if (at === undefined || bytes[valueStart] !== quote) continue;
    const source = sources.get(at) ?? { bytes: 0, type: '' };
    sources.set(at, source);
    if (key === 'data') source.bytes = valueEnd - valueStart;
    else source.type = stringText(bytes, valueStart, valueEnd);
  }
  if (sources.size === 0) return undefined;
  let images = 0;
  let imageBytes = 0;
  const documents: string[] = [];
  for (const [at, source] of sources) {
    if (source.bytes === 0 || source.type === 'text/plain') continue;
    if (source.type.startsWith('image/')) {
      images += 1;
      imageBytes += source.bytes;
    } else documents.push(at);
  }
  return images + documents.length === 0 ? undefined : { images, imageBytes, documents };
}

interface Source {
  bytes: number;
  type: string;
}

/** In a message, in a tool's result, or in another document; no input of a tool. */
const enclosing = /^(messages\[\d+\](?:\.(?:content|source)(?:\[\d+\])?)*\.source)\.(?:data|media_type)$/;
const quote = 0x22;
