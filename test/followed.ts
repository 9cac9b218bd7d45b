import type { Sight } from '../src/core/reply.ts';
import type { StreamEye } from '../src/dialects/dialect.ts';

export interface Followed {
  readonly text: string;
  readonly sight: Sight;
  readonly torn: boolean;
}

/** What a stream gives and shows in all. */
export function followed(eye: StreamEye, pieces: readonly Uint8Array<ArrayBuffer>[]): Followed {
  const given: Uint8Array[] = [];
  let sight: Sight = { terminal: false, producedBytes: 0, producedFrames: 0 };
  for (const piece of pieces) {
    const seen = eye.push(piece);
    given.push(seen.bytes);
    sight = {
      ...sight,
      ...seen.sight,
      terminal: sight.terminal || seen.sight.terminal,
      producedBytes: sight.producedBytes + seen.sight.producedBytes,
      producedFrames: sight.producedFrames + seen.sight.producedFrames,
    };
  }
  return { text: Buffer.concat(given).toString(), sight, torn: eye.end().torn };
}
