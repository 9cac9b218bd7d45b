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

/** Keeps secrets that have to be given back, such as a provider's credential. */
export interface Vault {
  /** Closes a text up for its purpose; what comes out may be stored anywhere. */
  seal(text: string, purpose: string): string;
  /** Opens what was sealed for this purpose; `gateway-storage-failed` if it was not, or by a key that is gone. */
  open(sealed: string, purpose: string): string;
  /** Whether it was sealed with the key in use now. */
  isCurrent(sealed: string): boolean;
  /** Seals with a new key from now on; what was sealed before can still be opened. */
  rotate(): Promise<void>;
  /** Forgets all keys but the one in use: once everything is sealed anew. */
  forgetOld(): Promise<void>;
}

/** Texts kept across restarts that can be made anew: what is lost with one is only time. */
export interface Kept {
  /** What was last written under a name; undefined if that is nothing, or cannot be read. */
  read(name: string): string | undefined;
  write(name: string, text: string): Promise<void>;
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
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
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

/**
 * Brings the bytes behind a URL that a caller named. Whatever is wrong with it is the caller's to mend and a
 * `request-invalid` that says what, but never what a private network answered; an aborted signal's own reason otherwise.
 */
export type FetchMedia = (url: string, wanted: WantedMedia) => Promise<Media>;

export interface WantedMedia {
  readonly kind: MediaKind;
  readonly signal: AbortSignal;
  /** Fewer than the operator permits. */
  readonly maxBytes?: number;
}

/** What a medium is used as: a file is a document or plain text. */
export type MediaKind = 'image' | 'file' | 'audio';

export interface Media {
  /** What the bytes themselves show, whatever the server called them. Without parameters. */
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A place that operators open to URLs that callers name, although it is not public or not at a usual port. */
export type OpenPlace = OpenHost | OpenAddresses;

/** This name alone, wherever it leads to. */
export interface OpenHost {
  /** Lower-case, without a dot at its end. */
  readonly host: string;
  /** The ports of http and https if absent. */
  readonly port?: number;
}

/** Every address that begins with the same bits, under whatever name. */
export interface OpenAddresses {
  /** Without brackets. */
  readonly address: string;
  /** How many bits. */
  readonly prefix: number;
  readonly port?: number;
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
