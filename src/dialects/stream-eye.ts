import type { Sight } from '../core/reply.ts';
import { joined } from './byte-edit.ts';
import type { StreamEye } from './dialect.ts';
import { type Blocks, blockCutter } from './sse-block.ts';

/** What was seen in a piece of a stream, while it is being looked at. */
export type Seen = { -readonly [Member in keyof Sight]: Sight[Member] };

/** A whole block of an event stream within bytes; `end` is exclusive. */
export interface Block {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** One character for each of its bytes. */
  readonly text: string;
}

/**
 * Follows a stream without decoding it: forwards its blocks as they came, less those that `look` drops, and shows what
 * `look` notes of them. What comes after the terminal block is dropped. A block with a failure is not forwarded, for a door
 * says it in its own words; nothing comes after it either.
 */
export function streamEyeOf(look: (seen: Seen, block: Block) => 'keep' | 'drop'): StreamEye {
  const cutter = blockCutter();
  let over = false;
  return {
    push(piece) {
      if (over) return nothing;
      const blocks = cutter.push(piece);
      if (blocks.ends.length === 0) return nothing;
      const seen: Seen = { terminal: false, producedBytes: 0, producedFrames: 0 };
      const bytes = forwarded(blocks, seen, look);
      over = seen.terminal || seen.failure !== undefined;
      return { bytes, sight: seen };
    },
    end: () => ({ torn: !over && cutter.torn() }),
  };
}

/** Counts a frame's output. */
export function countProduced(seen: Seen, bytes: number): void {
  seen.producedBytes += bytes;
  if (bytes > 0) seen.producedFrames++;
}

const nothing: ReturnType<StreamEye['push']> = {
  bytes: new Uint8Array(),
  sight: { terminal: false, producedBytes: 0, producedFrames: 0 },
};

/** Looks at each block in turn; answers the bytes that go on. */
function forwarded(blocks: Blocks, seen: Seen, look: Parameters<typeof streamEyeOf>[0]): Uint8Array<ArrayBuffer> {
  const kept: Uint8Array<ArrayBuffer>[] = [];
  let from = 0;
  let start = 0;
  for (const end of blocks.ends) {
    const fate = look(seen, { bytes: blocks.bytes, start, end, text: blocks.text.slice(start, end) });
    if (seen.failure !== undefined) break;
    if (fate === 'drop') {
      kept.push(blocks.bytes.subarray(from, start));
      from = end;
    }
    start = end;
    if (seen.terminal) break;
  }
  if (from === 0 && start === blocks.bytes.length) return blocks.bytes;
  return joined([...kept, blocks.bytes.subarray(from, start)]);
}
