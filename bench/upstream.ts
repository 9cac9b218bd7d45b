import { z } from 'zod';
import { loadCore, pinned } from './machine.ts';
import { startHelper } from './process.ts';
import { type Kind, kinds } from './target.ts';

export interface Pace {
  /** Frames in an unpaced stream, its [DONE] not counted. */
  readonly unpacedFrames: number;
  readonly pacedFrames: number;
  /** Milliseconds between two frames of a paced stream. */
  readonly pacedMs: number;
}

/** The upstream's own book: whole requests it read, and payload bytes and frames in and out. */
export interface Counts {
  readonly requests: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly frames: number;
  /** Requests whose body did not arrive whole. */
  readonly refused: number;
  /** Streams that the other side broke off. */
  readonly cut: number;
}

export interface Upstream {
  readonly port: number;
  readonly pace: Pace;
  counts(kind: Kind): Promise<Counts>;
}

const count = z.object({ requests: z.number(), bytesIn: z.number(), bytesOut: z.number(), frames: z.number() });
const book = z.object({
  ...(Object.fromEntries(kinds.map((kind) => [kind, count])) as Record<Kind, typeof count>),
  refused: z.number(),
  cut: z.number(),
});

/** Starts the native upstream on the load's core, on a free port. */
export async function startUpstream(program: string, pace: Pace): Promise<Upstream> {
  const frames = ['--frames', String(pace.unpacedFrames), '--paced-frames', String(pace.pacedFrames)];
  const child = startHelper(pinned(loadCore, [program, ...frames, '--paced-ms', String(pace.pacedMs)]));
  const reader = child.stdout.getReader();
  const first = new TextDecoder().decode((await reader.read()).value);
  reader.releaseLock();
  const port = Number(/listening (\d+)/.exec(first)?.[1]);
  if (!Number.isInteger(port))
    throw new Error(`the upstream did not start: ${await new Response(child.stderr).text()}`);
  return {
    port,
    pace,
    async counts(kind) {
      const response = await fetch(`http://127.0.0.1:${port}/counts`, { keepalive: false });
      const { refused, cut, ...byKind } = book.parse(await response.json());
      return { ...byKind[kind], refused, cut };
    },
  };
}
