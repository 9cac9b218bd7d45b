import { Failure } from '../core/failure.ts';
import type { ByteSource } from '../core/ports.ts';
import type { Exchange } from './exchange.ts';
import { brokenOff, placeOf } from './network-failure.ts';

/** The body of an answer in the pieces in which it arrived, each one read when it is asked for. */
export class InboundBody implements ByteSource {
  readonly #response: Response;
  readonly #exchange: Exchange;
  #reader: Reader | undefined;
  #state: 'open' | 'let-go' | 'whole' | 'broken' = 'open';
  #reading = false;
  #why: Failure | undefined;

  constructor(response: Response, exchange: Exchange) {
    this.#response = response;
    this.#exchange = exchange;
  }

  read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#state === 'open') return this.#readOn();
    return this.#state === 'whole' ? Promise.resolve(undefined) : Promise.reject(this.#reason());
  }

  /** All of it, when it is known to be small. */
  readAtOnce(): Promise<Uint8Array<ArrayBuffer>> {
    this.#reading = true;
    this.#exchange.watch.wait();
    return this.#response.arrayBuffer().then(this.#takeAll, this.#fail);
  }

  cancel(): void {
    if (this.#state !== 'open') return;
    if (this.#reading) this.#breakOff();
    else this.#letGo();
  }

  #readOn(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#reading = true;
    this.#exchange.watch.wait();
    this.#reader ??= this.#response.body?.getReader() ?? bodiless;
    return this.#reader.read().then(this.#take, this.#fail);
  }

  /**
   * A stream is often let go at its terminal frame, when its end is already on the way: reading that end keeps the
   * connection for the next call. What takes longer, or is more, is broken off.
   */
  #letGo(): void {
    this.#state = 'let-go';
    this.#exchange.watch.limit(leftoverWaitMs);
    this.#drain().then(this.#breakOff, () => undefined);
  }

  async #drain(): Promise<void> {
    let left = leftoverBytes;
    while (left >= 0) {
      const piece = await this.#readOn();
      if (piece === undefined) return;
      left -= piece.length;
    }
  }

  readonly #take = ({ done, value }: Piece): Uint8Array<ArrayBuffer> | undefined => {
    this.#reading = false;
    this.#exchange.watch.rest();
    if (!done) return value;
    if (this.#state === 'broken') throw this.#reason();
    this.#settle('whole');
    return undefined;
  };

  readonly #takeAll = (bytes: ArrayBuffer): Uint8Array<ArrayBuffer> => {
    this.#take({ done: true });
    return new Uint8Array(bytes);
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
    this.#why ??= new Failure('caller-gone', `The rest of what ${placeOf(this.#exchange.url)} answers is not wanted.`);
    return this.#why;
  }
}

const leftoverBytes = 16 * 1024;
const leftoverWaitMs = 400;

/** The one method of a stream's reader that is used. */
interface Reader {
  read(): Promise<Piece>;
}

interface Piece {
  readonly done: boolean;
  readonly value?: Uint8Array<ArrayBuffer> | undefined;
}

/** For an answer without a body, such as a 204. */
const bodiless: Reader = { read: () => Promise.resolve({ done: true }) };
