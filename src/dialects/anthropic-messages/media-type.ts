import type { Source } from '../../core/message.ts';

type Bytes = Extract<Source, { readonly kind: 'base64' }>;

/** What bytes are, in the vendor's own word: as they say, else as they begin; undefined if neither tells. */
export function mediaTypeOf({ mediaType, base64 }: Bytes): string | undefined {
  if (mediaType !== undefined) return usualNames[mediaType] ?? mediaType;
  return beginnings.find(([start]) => base64.startsWith(start))?.[1];
}

const usualNames: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'application/x-pdf': 'application/pdf',
};

/** The first bytes of each kind that this dialect takes, as far as they fill whole characters. */
const beginnings: readonly (readonly [string, string])[] = [
  ['JVBERi', 'application/pdf'],
  ['iVBORw0KGg', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
];
