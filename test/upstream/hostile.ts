import type { Json } from '../../src/core/json.ts';
import { askedOf } from './answer.ts';
import type { Fault } from './fault.ts';
import { type Arrived, rawServer, type Wire } from './raw-server.ts';
import type { Step } from './step.ts';
import { stepsOf } from './steps.ts';

export { textOf, tokenText } from './answer.ts';
export { type Fault, faultKinds } from './fault.ts';

/** An upstream that misbehaves byte by byte as a test tells it to, and keeps its own book. */
export interface HostileUpstream {
  /** The origin; it answers every path, so a base URL may be this with `/v1`. */
  readonly url: string;
  /** What to do with the next requests, one fault each, after those that are still waiting. Without one the answer is good. */
  script(faults: Fault | readonly Fault[]): void;
  /** What to do with requests for which there is no script. */
  otherwise(fault: Fault): void;
  /** The book: every request that arrived whole, in order. */
  readonly seen: readonly Seen[];
  /** Resolves with the n-th request (from 1) as soon as it has arrived. */
  arrival(number: number): Promise<Seen>;
  openSockets(): number;
  /** How many requests came on a socket that was only waiting for one to be closed. */
  dropped(): number;
  /** Closes the port: who connects is refused, until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
}

/** One request in the book. */
export interface Seen extends Arrived {
  readonly fault: Fault;
  /** The body as JSON; undefined if it is none. */
  readonly json: Json | undefined;
  /** `answering` until it is over; `aborted` if the peer went before it was. */
  readonly outcome: Outcome;
  /** When it arrived, and when it was over, by `performance.now()`. */
  readonly arrivedAt: number;
  readonly endedAt: number | undefined;
  /** What went out: bytes with heads and all, whole frames, output tokens. */
  readonly sent: { readonly bytes: number; readonly frames: number; readonly tokens: number };
  /** What it would bill: the tokens it produced, and those of the prompt once it began to produce. */
  readonly billed: { readonly input: number; readonly output: number };
  /** Resolves when it is over. */
  readonly ended: Promise<Exclude<Outcome, 'answering'>>;
}

export type Outcome = 'answering' | 'answered' | 'broken' | 'aborted';

/** Starts one on a free port of 127.0.0.1. */
export async function hostileUpstream(): Promise<HostileUpstream> {
  const queue: Fault[] = [];
  const seen: Entry[] = [];
  const waiting = new Map<number, readonly ((entry: Seen) => void)[]>();
  let usual: Fault = { kind: 'none' };

  const server = await rawServer(async (request, wire) => {
    const entry = new Entry(request, queue.shift() ?? usual);
    seen.push(entry);
    for (const tell of waiting.get(seen.length) ?? []) tell(entry);
    await entry.answer(wire);
  });
  return {
    ...server,
    script: (faults) => void queue.push(...[faults].flat()),
    otherwise: (fault) => {
      usual = fault;
    },
    seen,
    arrival: (number) =>
      new Promise((resolve) => {
        const entry = seen[number - 1];
        if (entry !== undefined) return resolve(entry);
        waiting.set(number, [...(waiting.get(number) ?? []), resolve]);
      }),
  };
}

/** An entry of the book, written while the request is answered. */
class Entry implements Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly connection: number;
  readonly fault: Fault;
  readonly json: Json | undefined;
  readonly arrivedAt = performance.now();
  readonly ended: Promise<Exclude<Outcome, 'answering'>>;
  readonly sent = { bytes: 0, frames: 0, tokens: 0 };
  outcome: Outcome = 'answering';
  endedAt: number | undefined;
  readonly #close: (outcome: Exclude<Outcome, 'answering'>) => void;

  constructor(request: Arrived, fault: Fault) {
    this.method = request.method;
    this.path = request.path;
    this.headers = request.headers;
    this.body = request.body;
    this.connection = request.connection;
    this.fault = fault;
    this.json = jsonOf(request.body);
    const { promise, resolve } = Promise.withResolvers<Exclude<Outcome, 'answering'>>();
    this.ended = promise;
    this.#close = (outcome) => {
      this.outcome = outcome;
      this.endedAt = performance.now();
      resolve(outcome);
    };
  }

  get billed(): { readonly input: number; readonly output: number } {
    const { frames, tokens } = this.sent;
    return { input: frames + tokens === 0 ? 0 : askedOf(this.body).promptTokens, output: tokens };
  }

  async answer(wire: Wire): Promise<void> {
    for (const step of stepsOf(this.fault, askedOf(this.body))) {
      if (wire.gone.aborted) return this.#close('aborted');
      await this.#take(step, wire);
      if (step.do === 'reset' || step.do === 'break') return this.#close('broken');
    }
    this.#close(wire.gone.aborted ? 'aborted' : 'answered');
  }

  async #take(step: Step, wire: Wire): Promise<void> {
    switch (step.do) {
      case 'send':
        this.sent.bytes += step.bytes.length;
        this.sent.frames += step.frames;
        this.sent.tokens += step.tokens;
        return wire.write(step.bytes);
      case 'wait':
        return passed(step.ms, wire.gone);
      case 'stall':
        return left(wire.gone);
      case 'close':
      case 'break':
        return wire.end();
      case 'reset':
        return wire.reset();
      case 'drop-next':
        return wire.dropNext();
    }
  }
}

function jsonOf(body: Uint8Array): Json | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

/** Waits, but no longer than the peer does. */
function passed(ms: number, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      gone.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    gone.addEventListener('abort', done, { once: true });
  });
}

function left(gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) return resolve();
    gone.addEventListener('abort', () => resolve(), { once: true });
  });
}
