import type { ByteSource, Clock, HttpClient, InboundResponse, OutboundRequest } from '../core/ports.ts';
import { freshConnection, openConnections } from './connections.ts';
import { decoded, encodingOf } from './content-decoding.ts';
import { Exchange } from './exchange.ts';
import { InboundBody } from './inbound-body.ts';
import { closedUnanswered, placeOf, unanswered } from './network-failure.ts';
import { openVigil } from './vigil.ts';
import { overlong, wholeBody } from './whole-body.ts';

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
 * connection; for other methods Bun itself does that. Header names are lower-case.
 */
export function bunHttpClient(options: HttpClientOptions): HttpClient {
  const { clock, headTimeoutMs = 600_000, idleTimeoutMs = 120_000, keepAliveMs = 55_000 } = options;
  const vigil = openVigil(clock, Math.min(250, headTimeoutMs / 4, idleTimeoutMs / 4));
  const connections = openConnections(clock, keepAliveMs);

  const answerTo = async (request: OutboundRequest, exchange: Exchange): Promise<Response> => {
    const sentAt = clock.monotonic();
    try {
      return await ask(request, exchange);
    } catch (thrown) {
      if (!wasStale(thrown, request, exchange) || clock.monotonic() - sentAt > staleWithinMs) throw thrown;
    }
    exchange.connection = freshConnection(exchange.connection.origin, keepAliveMs);
    return ask(request, exchange);
  };

  return Object.freeze({
    async send(request: OutboundRequest): Promise<InboundResponse> {
      const connection = connections.take(originOf(request.url));
      const exchange = new Exchange(request, connection, { vigil, headTimeoutMs, giveBack: connections.giveBack });
      try {
        const response = await answerTo(request, exchange);
        exchange.watch.rest();
        exchange.watch.limit(idleTimeoutMs);
        exchange.kept = response.headers.get('connection') !== 'close';
        return inbound(response, exchange);
      } catch (thrown) {
        exchange.over('broken');
        throw unanswered(thrown, request.url);
      }
    },
  });
}

/** A socket given up by the other side says so within a round trip; a close that comes later is an answer of a kind. */
const staleWithinMs = 2_000;

function ask({ method, url, headers, body }: OutboundRequest, { signal, connection }: Exchange): Promise<Response> {
  return fetch(url, {
    method,
    headers: { ...headers, 'user-agent': headers['user-agent'] ?? 'trestle', 'accept-encoding': 'identity' },
    body: body ?? null,
    signal,
    session: connection.session,
    redirect: 'manual',
    decompress: false,
    timeout: false,
    verbose: false,
  });
}

/** Bun sends what may be repeated a second time by itself; twice would be once too often. */
function wasStale(thrown: unknown, { method }: OutboundRequest, { connection }: Exchange): boolean {
  return connection.used && method === 'POST' && closedUnanswered(thrown);
}

function inbound(response: Response, exchange: Exchange): InboundResponse {
  const encoding = encodingOf(response.headers);
  const body = new InboundBody(response, exchange);
  if (encoding !== undefined) return unpacked(response, decoded(body, encoding, placeOf(exchange.url)));
  const { status, headers } = response;
  const announced = Number(headers.get('content-length') ?? Number.NaN);
  return {
    status,
    headers,
    async bytes(limit) {
      if (announced > limit) throw overlong(body, limit);
      return announced <= promptBytes ? body.readAtOnce() : wholeBody(body, limit);
    },
    pieces: () => body,
  };
}

/** What is announced to be no longer than this is taken at once: its time is that of one silence. */
const promptBytes = 256 * 1024;

/** An answer as if it had come plain, as it was asked for. */
function unpacked(response: Response, body: ByteSource): InboundResponse {
  const headers = new Headers(response.headers);
  headers.delete('content-encoding');
  headers.delete('content-length');
  return { status: response.status, headers, bytes: (limit) => wholeBody(body, limit), pieces: () => body };
}

function originOf(url: string): string {
  const end = url.indexOf('/', url.indexOf('//') + 2);
  return end < 0 ? url : url.slice(0, end);
}
