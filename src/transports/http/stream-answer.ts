import { asFailure, type Failure } from '../../core/failure.ts';
import type { Outcome, Sight, StreamChunk, StreamReply } from '../../core/reply.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { spellFrame } from '../../dialects/sse.ts';
import { pulledBody } from '../../platform/response-stream.ts';
import type { Lifetime } from './deadline.ts';

export interface StreamDoor {
  readonly dialect: Dialect;
  readonly requestId: string;
  readonly life: Lifetime;
}

/**
 * A streamed answer, pulled by the caller's own reading. This is the one place that ends a reply: once, however it came.
 * The terminal frame is held until the call's record is durable; what breaks off ends with the dialect's error frame.
 */
export function streamAnswer(reply: StreamReply, headers: Record<string, string>, door: StreamDoor): Response {
  let over = false;
  const end = async (outcome: Outcome): Promise<void> => {
    if (over) return;
    over = true;
    door.life.over();
    await reply.end(outcome);
  };
  const farewell: Uint8Array<ArrayBuffer>[] = [];

  const next = (): Promise<Piece> =>
    over ? Promise.resolve(farewell.shift()) : reply.chunks.next().then(heard, failed);
  const failed = (thrown: unknown): Promise<Piece> => broken(asFailure(thrown), door, end);
  const heard = ({ value: chunk }: Heard): Piece | Promise<Piece> => {
    if (chunk === undefined) return undefined;
    const bytes = chunk.wire?.bytes ?? nothing;
    if (chunk.sight.terminal || chunk.sight.failure !== undefined) return last(chunk.sight, bytes);
    return bytes.length > 0 ? bytes : next();
  };
  const last = async ({ failure }: Sight, bytes: Uint8Array<ArrayBuffer>): Promise<Piece> => {
    if (failure !== undefined) farewell.push(await broken(failure, door, end));
    else {
      try {
        await end({ kind: 'complete' });
      } catch (thrown) {
        return await failed(thrown);
      }
    }
    return bytes.length > 0 ? bytes : farewell.shift();
  };
  const left = (): void => {
    door.life.leave();
    end({ kind: 'aborted' }).catch(() => undefined);
  };
  headers['content-type'] = 'text/event-stream; charset=utf-8';
  headers['cache-control'] = 'no-cache';
  headers['x-accel-buffering'] = 'no';
  return new Response(pulledBody(next, left), { status: 200, headers });
}

/** What is sent next; undefined at the end. */
type Piece = Uint8Array<ArrayBuffer> | undefined;
type Heard = IteratorResult<StreamChunk, undefined>;

/** Ends the call as failed and says so in the caller's dialect. A record that could not be written is itself such a failure. */
async function broken(
  failure: Failure,
  door: StreamDoor,
  end: (outcome: Outcome) => Promise<void>,
): Promise<Uint8Array<ArrayBuffer>> {
  let said = failure;
  try {
    await end({ kind: 'failed', failure });
  } catch (thrown) {
    said = asFailure(thrown);
  }
  return bytesOf(door.dialect.failure.frames(said, door.requestId).map(spellFrame).join(''));
}

const nothing = new Uint8Array();
const utf8 = new TextEncoder();

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return utf8.encode(text);
}
