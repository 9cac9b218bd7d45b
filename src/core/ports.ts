/** What the house asks of the machine. `platform/` answers with Bun; tests answer with values. */

/** Time. Nothing outside `platform/` reads a clock or sets a timer. */
export interface Clock {
  /** Wall time, epoch milliseconds. May jump. */
  now(): number;
  /** Milliseconds, with fractions, that never run backwards: for durations and deadlines. */
  monotonic(): number;
  /** Calls `act` once after `ms`; the answer cancels it. */
  after(ms: number, act: () => void): Cancel;
}
export type Cancel = () => void;

/** Waits `ms`; rejects with the signal's reason as soon as it is aborted. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const abort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Chance and names. */
export interface Ids {
  /** A new id with this prefix, sortable by time: `req_01jd…`. */
  make(prefix: string): string;
  /** A new secret with this prefix, at least 256 bits of chance: `tr-…`. */
  secret(prefix: string): string;
  /** A fraction in [0, 1). */
  chance(): number;
}

/** A keyed one-way digest: how secrets are looked up without being kept. */
export interface Digest {
  /** HMAC-SHA-256 of `text` under this installation's pepper, lower-case hex. */
  mac(text: string): string;
}

/** One call to a provider. */
export interface HttpClient {
  /**
   * Sends and resolves with the answer's head, whatever its status. Never follows a redirect, never decompresses
   * beyond its caps. Rejects with a `Failure` (`provider-unreachable`, `provider-timeout`, `caller-gone` …).
   */
  send(request: OutboundRequest): Promise<InboundResponse>;
}

export interface OutboundRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
}

export interface InboundResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The whole body; a `provider-garbled` failure above `limit` bytes. */
  bytes(limit: number): Promise<Uint8Array<ArrayBuffer>>;
  /** The body in the pieces in which it arrived; read strictly on demand. */
  pieces(): ByteSource;
}

/** Bytes on demand: nothing is read before it is asked for. */
export interface ByteSource {
  /** The next piece; undefined at an orderly end. Rejects with a `Failure` when the connection breaks. */
  read(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Gives the rest up and closes the connection. */
  cancel(): void;
}

/** Where our doors stand open. */
export interface HttpServer {
  listen(options: ListenOptions, handle: (request: Request) => Response | Promise<Response>): Promise<Listener>;
}

export interface ListenOptions {
  readonly hostname: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Bodies that announce or reach more are not read further. */
  readonly maxBodyBytes: number;
}

export interface Listener {
  readonly url: string;
  /** Accepts nothing new; resolves when the last answer has been sent or `graceMs` is over, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

/** Structured lines for operators. Fields come from an allow-list: no key, prompt or header ever stands in one. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LogFields {
  readonly requestId?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly kind?: string;
  readonly status?: number;
  readonly ms?: number;
  readonly count?: number;
  readonly address?: string;
  readonly path?: string;
  /** What was thrown; only its name, message and stack are written. */
  readonly cause?: unknown;
}
