import { Failure } from '../core/failure.ts';
import type { ByteSource, InboundResponse } from '../core/ports.ts';
import type { Sight, StreamChunk, StreamReply } from '../core/reply.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { spellFrame, wholeFrameReader } from '../dialects/sse.ts';
import type { Asked } from './dispatch.ts';
import { scrubbed } from './refusal.ts';

/** A streamed answer. Waits for the first chunk, so that a stillborn stream is still a failure that may be tried elsewhere. */
export async function streamReply(answer: InboundResponse, asked: Asked): Promise<StreamReply> {
  const source = answer.pieces();
  const type = answer.headers.get('content-type') ?? 'text/event-stream';
  if (!type.toLowerCase().startsWith('text/event-stream')) {
    source.cancel();
    throw new Failure(
      'provider-garbled',
      `${asked.provider.name} was asked for a stream and answered with ${type.slice(0, 80)}.`,
    );
  }
  const chunks = chunksOf(source, asked);
  const watchers: ((chunk: StreamChunk) => void)[] = [];
  const told = (chunk: StreamChunk): IteratorResult<StreamChunk, undefined> => {
    for (const watch of watchers) watch(chunk);
    return { done: false, value: chunk };
  };
  let held: StreamChunk | undefined = await begun(chunks, source);
  return {
    kind: 'stream',
    origin: asked.origin,
    ...(passesThrough(asked) && { wire: asked.offer.dialect.name }),
    chunks: {
      next() {
        const first = held;
        if (first === undefined) return chunks.next().then(told);
        held = undefined;
        return Promise.resolve(told(first));
      },
    },
    observe: (watch) => void watchers.push(watch),
    end: async () => source.cancel(),
  };
}

async function begun(chunks: Chunks, source: ByteSource): Promise<StreamChunk> {
  try {
    const first = await chunks.next();
    if (first.sight.failure !== undefined && first.sight.producedFrames === 0) throw first.sight.failure;
    return first;
  } catch (thrown) {
    source.cancel();
    throw thrown;
  }
}

interface Chunks {
  /** The next chunk; the one with the terminal frame is the last. Rejects when the stream stops short of it. */
  next(): Promise<StreamChunk>;
}

/** Whether the caller may have the very bytes. */
function passesThrough({ call, offer, edit }: Asked): boolean {
  return call.dialect === offer.dialect.name && edit === undefined;
}

function chunksOf(source: ByteSource, asked: Asked): Chunks {
  const { call, offer, provider } = asked;
  const { dialect } = offer;
  const isAskedFor = offer.adjust?.usageUnasked !== true;
  const eye = dialect.peek.stream({ hideUsage: isAskedFor && !call.envelope.streamUsage });
  const chunk = passesThrough(asked) ? forwarded(dialect) : decoded(asked);
  const ended = (): StreamChunk => {
    const { torn } = eye.end();
    if (torn || offer.adjust?.endsUnmarked !== true) throw stoppedShort(torn, provider.name);
    return chunk(endMark(dialect), { terminal: true, producedBytes: 0, producedFrames: 0 });
  };
  const take = (piece: Uint8Array<ArrayBuffer> | undefined): StreamChunk | Promise<StreamChunk> => {
    if (piece === undefined) return ended();
    const { bytes, sight } = eye.push(piece);
    if (sight.failure !== undefined) return chunk(bytes, { ...sight, failure: scrubbed(sight.failure, provider) });
    return bytes.length > 0 || sight.terminal || tellsUsage(sight) ? chunk(bytes, sight) : next();
  };
  // No `await` here: this runs once for every chunk of every stream.
  const next = (): Promise<StreamChunk> => {
    try {
      return source.read().then(take);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  };
  return { next };
}

/** Well or badly: what it did not ask for is taken out for the caller, but its record knows of it. */
function tellsUsage({ usage, usageInvalid }: Sight): boolean {
  return usage !== undefined || usageInvalid === true;
}

/** The mark that a caller of this dialect waits for, where the provider ends without one. */
function endMark({ stream }: Dialect): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(stream.endMark.map(spellFrame).join(''));
}

function stoppedShort(torn: boolean, provider: string): Failure {
  const where = torn ? ' in the middle of a frame' : '';
  return new Failure(
    'provider-garbled',
    `${provider} ended its stream${where} before the end mark; the answer may be incomplete.`,
  );
}

type Chunk = (bytes: Uint8Array<ArrayBuffer>, sight: Sight) => StreamChunk;

/** The fast path: the very bytes; events only if a policy asks for them, from the first chunk on or not at all. */
function forwarded(dialect: Dialect): Chunk {
  const decode = decoding(dialect);
  return (bytes, sight) => {
    let events: StreamChunk['events'] | undefined;
    return {
      wire: { dialect: dialect.name, bytes },
      sight,
      get events() {
        events ??= decode(bytes, sight);
        return events;
      },
    };
  };
}

/** For a door of another dialect: events, decoded and edited as they come. What cannot be read ends the stream. */
function decoded({ offer, provider, edit }: Asked): Chunk {
  const decode = decoding(offer.dialect);
  const change = edit?.stream();
  return (bytes, sight) => {
    const events: StreamEvent[] = [];
    for (const event of decode(bytes, sight)) {
      if (event.type === 'error') {
        if (sight.failure !== undefined) break;
        return { events, sight: { ...sight, terminal: false, failure: scrubbed(event.failure, provider) } };
      }
      if (change === undefined) events.push(event);
      else for (const edited of change(event)) events.push(edited);
    }
    return { events, sight };
  };
}

type StreamEvent = StreamChunk['events'][number];

function decoding(dialect: Dialect): (bytes: Uint8Array<ArrayBuffer>, sight: Sight) => StreamChunk['events'] {
  const framesIn = wholeFrameReader();
  const events = dialect.stream.decoder();
  return (bytes, sight) => {
    const frames = framesIn(bytes);
    const [only] = frames;
    const heard =
      frames.length === 1 && only !== undefined ? events.push(only) : frames.flatMap((frame) => events.push(frame));
    return sight.terminal ? [...heard, ...events.end()] : heard;
  };
}
