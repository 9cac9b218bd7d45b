import { Failure } from '../core/failure.ts';
import type { ByteSource } from '../core/ports.ts';
import { brokenOff, placeOf } from './network-failure.ts';
import type { Watch } from './vigil.ts';

/** What a body being read needs of the call that it answers. */
export interface Exchange {
  readonly url: string;
  /** Aborts the call with a `Failure` as its reason, and closes the connection. */
  readonly abort: (reason: Failure) => void;
  /** Runs while a piece is waited for. */
  readonly watch: Watch;
  /** Called once when nothing more will be read; `whole` if the answer was read to its end. */
  readonly over: (how: 'whole' | 'broken') => void;
}

/** The body of an answer in the pieces in which it arrived, each one read when it is asked for. */
export function inboundBody(body: ReadableStream<Uint8Array<ArrayBuffer>> | null, exchange: Exchange): ByteSource {
  const reader = body?.getReader();
  let state: 'open' | 'whole' | 'broken' = 'open';
  let reading = false;
  let letGo = false;
  let why = givenUp(exchange.url);

  const settle = (how: 'whole' | 'broken'): void => {
    if (state !== 'open') return;
    state = how;
    exchange.over(how);
  };
  const piece = ({ done, value }: Piece) => {
    reading = false;
    exchange.watch.rest();
    if (!done) return value;
    if (state === 'broken') throw why;
    settle('whole');
    return undefined;
  };
  const broken = (thrown: unknown): never => {
    reading = false;
    if (state === 'open' && !letGo) why = brokenOff(thrown, exchange.url);
    settle('broken');
    throw why;
  };
  const readOn = (from: NonNullable<typeof reader>) => {
    reading = true;
    exchange.watch.wait();
    return from.read().then(piece, broken);
  };
  const breakOff = (): void => {
    if (state !== 'open') return;
    settle('broken');
    exchange.abort(why);
  };

  return {
    read() {
      if (letGo || state === 'broken') return Promise.reject(why);
      if (state === 'open' && reader !== undefined) return readOn(reader);
      settle('whole');
      return Promise.resolve(undefined);
    },
    cancel() {
      if (state !== 'open') return;
      if (reader === undefined) return settle('whole');
      if (reading) return breakOff();
      letGo = true;
      exchange.watch.limit(leftoverWaitMs);
      drain(() => readOn(reader)).then(breakOff, () => undefined);
    },
  };
}

interface Piece {
  readonly done: boolean;
  readonly value?: Uint8Array<ArrayBuffer> | undefined;
}

/** The whole body in one piece, at most `limit` bytes. `announced` is its content-length, if it has one that counts. */
export async function wholeBody(
  source: ByteSource,
  limit: number,
  announced: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (announced > limit) {
    source.cancel();
    throw tooLong(limit);
  }
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (let piece = await source.read(); piece !== undefined; piece = await source.read()) {
    pieces.push(piece);
    length += piece.length;
    if (length <= limit) continue;
    source.cancel();
    throw tooLong(limit);
  }
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/**
 * A stream is often let go at its terminal frame, when its end is already on the way: reading that end keeps the
 * connection for the next call. More than this, and it is closed.
 */
const leftoverBytes = 16 * 1024;
const leftoverWaitMs = 400;

async function drain(read: ByteSource['read']): Promise<void> {
  let left = leftoverBytes;
  while (left >= 0) {
    const piece = await read();
    if (piece === undefined) return;
    left -= piece.length;
  }
}

function givenUp(url: string): Failure {
  return new Failure('caller-gone', `The rest of the answer of ${placeOf(url)} is not wanted any more.`);
}

function tooLong(limit: number): Failure {
  return new Failure('provider-garbled', `The provider's answer is longer than ${limit} bytes.`);
}
