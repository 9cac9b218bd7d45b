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
export class InboundBody implements ByteSource {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  readonly #exchange: Exchange;
  #state: 'open' | 'let-go' | 'whole' | 'broken' = 'open';
  #reading = false;
  #why: Failure | undefined;

  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>> | null, exchange: Exchange) {
    this.#reader = body?.getReader();
    this.#exchange = exchange;
  }

  read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#state === 'let-go' || this.#state === 'broken') return Promise.reject(this.#reason());
    if (this.#state === 'open' && this.#reader !== undefined) return this.#readOn(this.#reader);
    this.#settle('whole');
    return Promise.resolve(undefined);
  }

  cancel(): void {
    if (this.#state !== 'open') return;
    const reader = this.#reader;
    if (reader === undefined) {
      this.#settle('whole');
      return;
    }
    if (this.#reading) return this.#breakOff();
    this.#state = 'let-go';
    this.#exchange.watch.limit(leftoverWaitMs);
    drain(() => this.#readOn(reader)).then(this.#breakOff, () => undefined);
  }

  #readOn(reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>) {
    this.#reading = true;
    this.#exchange.watch.wait();
    return reader.read().then(this.#take, this.#fail);
  }

  readonly #take = ({ done, value }: Piece): Uint8Array<ArrayBuffer> | undefined => {
    this.#reading = false;
    this.#exchange.watch.rest();
    if (!done) return value;
    if (this.#state === 'broken') throw this.#reason();
    this.#settle('whole');
    return undefined;
  };

  readonly #fail = (thrown: unknown): never => {
    this.#reading = false;
    if (this.#state === 'open') this.#why = brokenOff(thrown, this.#exchange.url);
    this.#settle('broken');
    throw this.#reason();
  };

  readonly #breakOff = (): void => {
    if (this.#settle('broken')) this.#exchange.abort(this.#reason());
  };

  /** Whether this is how it ended; it ends once. */
  #settle(how: 'whole' | 'broken'): boolean {
    if (this.#state === 'whole' || this.#state === 'broken') return false;
    this.#state = how;
    this.#exchange.over(how);
    return true;
  }

  #reason(): Failure {
    this.#why ??= new Failure('caller-gone', `The rest of ${placeOf(this.#exchange.url)}'s answer is not wanted any more.`);
    return this.#why;
  }
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

function tooLong(limit: number): Failure {
  return new Failure('provider-garbled', `The provider's answer is longer than ${limit} bytes.`);
}
