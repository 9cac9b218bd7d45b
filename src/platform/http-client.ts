import { Failure } from '../core/failure.ts';
import type { ByteSource, Clock, HttpClient, InboundResponse, OutboundRequest } from '../core/ports.ts';
import { type Connection, freshConnection, openConnections } from './connections.ts';
import { decoded, encodingOf } from './content-decoding.ts';
import { type Exchange, InboundBody, wholeBody } from './inbound-body.ts';
import { closedUnanswered, placeOf, unanswered } from './network-failure.ts';
import { openVigil, type Vigil } from './vigil.ts';

export interface HttpClientOptions {
  readonly clock: Clock;
  /** How long an answer's head may take from the moment of sending; connecting is part of it. 600 000 if absent. */
  readonly headTimeoutMs?: number;
  /** How long a body may be silent while it is read. 120 000 if absent. */
  readonly idleTimeoutMs?: number;
  /** How long an unused connection is kept. 55 000 if absent: less than most servers and balancers keep theirs. */
  readonly keepAliveMs?: number;
}

/**
 * Calls to the providers that the operator has configured, over Bun's `fetch`. It never follows a redirect: a 3xx is an
 * answer like any other. A `POST` on a kept-alive socket that is closed before any answer is sent once more on a fresh
 * connection; for other methods Bun itself does that.
 */
export function bunHttpClient(options: HttpClientOptions): HttpClient {
  const { clock, headTimeoutMs = 600_000, idleTimeoutMs = 120_000, keepAliveMs = 55_000 } = options;
  const vigil = openVigil(clock, Math.min(250, headTimeoutMs / 4, idleTimeoutMs / 4));
  const connections = openConnections(clock, keepAliveMs);

  return Object.freeze({
    async send(request: OutboundRequest): Promise<InboundResponse> {
      const origin = originOf(request.url);
      let connection = connections.take(origin);
      const line = openLine(vigil, request, headTimeoutMs);
      try {
        const sentAt = clock.monotonic();
        const response = await ask(request, connection, line.signal).catch((thrown: unknown) => {
          if (!wasStale(thrown, request, connection) || clock.monotonic() - sentAt > staleWithinMs) throw thrown;
          connection = freshConnection(keepAliveMs);
          return ask(request, connection, line.signal);
        });
        line.watch.rest();
        line.watch.limit(idleTimeoutMs);
        const kept = response.headers.get('connection') !== 'close';
        return inbound(response, {
          url: request.url,
          abort: line.abort,
          watch: line.watch,
          over: (how) => {
            line.close();
            if (how === 'whole' && kept) connections.giveBack(origin, connection);
          },
        });
      } catch (thrown) {
        line.close();
        throw unanswered(thrown, request.url);
      }
    },
  });
}

/** What one call is ended by: its caller, its time. */
interface Line {
  readonly signal: AbortSignal;
  readonly abort: Exchange['abort'];
  readonly watch: Exchange['watch'];
  /** Lets go of the caller's signal and of the watch. */
  close(): void;
}

/** A socket given up by the other side says so within a round trip; a close that comes later is an answer of a kind. */
const staleWithinMs = 2_000;

function openLine(vigil: Vigil, { signal, url }: OutboundRequest, headTimeoutMs: number): Line {
  const controller = new AbortController();
  const abort = (reason: Failure): void => controller.abort(reason);
  const leave = (): void => abort(reasonOf(signal));
  const watch = vigil.watch(headTimeoutMs, () => abort(silent(url)));
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  watch.wait();
  return {
    signal: controller.signal,
    abort,
    watch,
    close() {
      signal.removeEventListener('abort', leave);
      watch.leave();
    },
  };
}

function ask({ method, url, headers, body }: OutboundRequest, { session }: Connection, signal: AbortSignal) {
  return fetch(url, {
    method,
    headers: { 'user-agent': 'trestle', ...headers, 'accept-encoding': 'identity' },
    ...(body === undefined ? {} : { body }),
    signal,
    session,
    redirect: 'manual',
    decompress: false,
    timeout: false,
    verbose: false,
  });
}

/** Bun sends what may be repeated a second time by itself; twice would be once too often. */
function wasStale(thrown: unknown, { method }: OutboundRequest, { used }: Connection): boolean {
  return used && method === 'POST' && closedUnanswered(thrown);
}

function inbound(response: Response, exchange: Exchange): InboundResponse {
  const encoding = encodingOf(response.headers);
  const raw = new InboundBody(response.body, exchange);
  if (encoding === undefined) return answer(response, raw, Number(response.headers.get('content-length')));
  const headers = new Headers(response.headers);
  headers.delete('content-encoding');
  headers.delete('content-length');
  return answer({ status: response.status, headers }, decoded(raw, encoding, placeOf(exchange.url)), 0);
}

function answer(head: Pick<Response, 'status' | 'headers'>, source: ByteSource, announced: number): InboundResponse {
  return {
    status: head.status,
    headers: head.headers,
    bytes: (limit) => wholeBody(source, limit, announced),
    pieces: () => source,
  };
}

function originOf(url: string): string {
  const end = url.indexOf('/', url.indexOf('//') + 2);
  return end < 0 ? url : url.slice(0, end);
}

function reasonOf(signal: AbortSignal): Failure {
  if (signal.reason instanceof Failure) return signal.reason;
  return new Failure('caller-gone', 'The caller gave the call up.');
}

function silent(url: string): Failure {
  return new Failure('provider-timeout', `${placeOf(url)} was silent for too long.`);
}
