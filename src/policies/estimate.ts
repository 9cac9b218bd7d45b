import type { Received } from '../core/call.ts';
import type { Sight } from '../core/reply.ts';

/** Written language has about four bytes to a token in the tokenizers of today. */
const bytesPerToken = 4;
/** What an image, a file or a clip costs at least at the vendors that say so. */
const tokensPerMedium = 1000;

/**
 * Our own count of a request's tokens, for a charge where the provider gave none: its words by their bytes, each medium at a
 * flat figure, for the length of its encoding says nothing. Decodes the request, so it is never called on the common path.
 */
export function estimatedInput(request: Pick<Received, 'envelope' | 'payload'>): number {
  const { bytes, media } = measuredRequest(request);
  return Math.ceil(bytes / bytesPerToken) + media * tokensPerMedium;
}

/** The most that a request's words come to in tokens, whatever they are, and its media at the flat figure. Decodes it. */
export function mostInput(request: Pick<Received, 'envelope' | 'payload'>): number {
  const { bytes, media } = measuredRequest(request);
  return bytes + media * tokensPerMedium;
}

function measuredRequest({ envelope, payload }: Pick<Received, 'envelope' | 'payload'>): Measure {
  try {
    return measure(payload.value);
  } catch {
    return { bytes: envelope.bytes, media: 0 };
  }
}

/** Our own count of what was produced: a frame with output holds at least one token. */
export function estimatedOutput(sight: Sight | undefined): number {
  if (sight === undefined) return 0;
  return Math.max(sight.producedFrames, Math.ceil(sight.producedBytes / bytesPerToken));
}

interface Measure {
  readonly bytes: number;
  readonly media: number;
}

/**
 * Sums over a canonical value, whatever the operation: texts wherever they stand, tokens one by one, parts that have a `source`,
 * and schemas as the JSON that they are, for most of a schema is its keys. How something was spelled means nothing to a model.
 */
function measure(value: unknown): Measure {
  if (typeof value === 'string') return { bytes: byteLength(value), media: 0 };
  if (typeof value !== 'object' || value === null) return { bytes: 0, media: 0 };
  if (Array.isArray(value) && typeof value[0] === 'number') return { bytes: value.length * bytesPerToken, media: 0 };
  if ('source' in value) return { bytes: 0, media: 1 };
  let bytes = 0;
  let media = 0;
  for (const [name, part] of Object.entries(value)) {
    if (name === 'spelling') continue;
    if (name === 'schema') {
      bytes += byteLength(JSON.stringify(part));
      continue;
    }
    const inner = measure(part);
    bytes += inner.bytes;
    media += inner.media;
  }
  return { bytes, media };
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
