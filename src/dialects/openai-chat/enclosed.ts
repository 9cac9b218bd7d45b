import type { EnclosedMedia } from '../../core/envelope.ts';
import type { WatchedMember } from '../json-scan.ts';
import type { Given } from '../parameter.ts';
import { isReference } from '../reference.ts';

/** The images, documents and films whose bytes are in a request; undefined if it has none. */
export function enclosedIn({ bytes }: Given, watched: readonly WatchedMember[]): EnclosedMedia | undefined {
  if (watched.length === 0) return undefined;
  let images = 0;
  let imageBytes = 0;
  const documents: string[] = [];
  for (const { path, valueStart, valueEnd } of watched) {
    if (bytes[valueStart] !== quote) continue;
    const [, carrier, kind] = enclosing.exec(path) ?? [];
    if (carrier === undefined || kind === undefined || isReference(bytes, valueStart, valueEnd)) continue;
    if (kind === 'image_url') {
      images += 1;
      imageBytes += valueEnd - valueStart;
    } else documents.push(carrier);
  }
  return images + documents.length === 0 ? undefined : { images, imageBytes, documents };
}

/** Where the bytes of a medium stand, in a `data:` URL or bare. */
const enclosing = /^(.*(image_url|document_url|file_url|video_url|file_data))(?:\.url)?$/;
const quote = 0x22;
