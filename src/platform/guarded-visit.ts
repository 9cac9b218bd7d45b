import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Clock } from '../core/ports.ts';
import type { Place } from './guarded-place.ts';
import { refused } from './guarded-refusal.ts';

export interface Visit {
  readonly place: Place;
  /** The header of this name. */
  readonly accept: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface VisitTools {
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  /** Certificates to trust instead of the machine's, as PEM. */
  readonly authorities?: readonly string[];
}

export type Visited =
  | { readonly kind: 'moved'; readonly location: string }
  | { readonly kind: 'body'; readonly declared: string | undefined; readonly bytes: Uint8Array<ArrayBuffer> };

/**
 * Asks one place once, over a connection of its own to one of the addresses that were looked at, and closes it. Nothing of the
 * caller's call goes along. `node:http` is used because it connects where `lookup` says, and by itself neither follows a
 * redirect, decompresses, nor heeds a proxy.
 */
export async function visit(asked: Visit, tools: VisitTools): Promise<Visited> {
  const { promise, resolve, reject } = Promise.withResolvers<Visited>();
  asked.signal.throwIfAborted();
  const request = opened(asked, tools);
  const abort = (): void => reject(asked.signal.reason);
  const untimed = tools.clock.after(tools.connectTimeoutMs, () =>
    reject(refused('it did not accept a connection in time')),
  );
  asked.signal.addEventListener('abort', abort, { once: true });
  request.on('socket', (socket) => socket.once(asked.place.target.secure ? 'secureConnect' : 'connect', untimed));
  request.on('error', (thrown) => reject(unanswered(thrown)));
  request.on('upgrade', (_, socket) => {
    socket.destroy();
    reject(refused('it wants to speak another protocol'));
  });
  let hints = 0;
  request.on('information', () => {
    hints += 1;
    if (hints > mostHints) reject(refused('it does not come to its answer'));
  });
  request.on('response', (response) => received(response, asked.maxBytes).then(resolve, reject));
  request.end();
  try {
    return await promise;
  } finally {
    untimed();
    asked.signal.removeEventListener('abort', abort);
    // Bun tells the end of an answer when its request is destroyed: nobody may listen any more.
    request.destroy();
  }
}

/** Interim answers (1xx) have no end of their own. */
const mostHints = 8;

function opened({ place, accept }: Visit, { authorities }: VisitTools): ClientRequest {
  const { url, host, port, secure } = place.target;
  const options = {
    host,
    port,
    method: 'GET',
    path: url.pathname + url.search,
    headers: { host: url.host, 'user-agent': 'trestle', accept, 'accept-encoding': 'identity' },
    agent: false,
    lookup: pinned(place.addresses),
  } as const;
  if (!secure) return httpRequest(options);
  const trusted = authorities === undefined ? {} : { ca: [...authorities] };
  const named = isIP(host) === 0 ? { servername: host } : {};
  return httpsRequest({ ...options, ...trusted, ...named, rejectUnauthorized: true });
}

/** Answers a connection's question for addresses with those that were looked at, whatever a name service would say by now. */
function pinned(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  const [first = { address: '', family: 4 }] = all;
  return (_, { all: several }, told) => (several === true ? told(null, all) : told(null, first.address, first.family));
}

/** The body, unless the head already says that it cannot be used. */
async function received(response: IncomingMessage, maxBytes: number): Promise<Visited> {
  const { statusCode = 0, headers } = response;
  response.on('error', () => undefined);
  if (redirects.has(statusCode) && headers.location !== undefined) return { kind: 'moved', location: headers.location };
  if (statusCode !== 200) throw refused(`it answered with status ${statusCode}`);
  refuseEncoded(headers['content-encoding'], 'identity');
  refuseEncoded(headers['transfer-encoding'], 'chunked');
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  return { kind: 'body', declared: headers['content-type'], bytes: await wholeBody(response, maxBytes) };
}

const redirects = new Set([301, 302, 303, 307, 308]);

function refuseEncoded(encoding: string | undefined, plain: string): void {
  if (encoding === undefined || encoding.trim().toLowerCase() === plain) return;
  throw refused('it came encoded, though asked for plain');
}

function wholeBody(response: IncomingMessage, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    let length = 0;
    response.on('data', (piece: Uint8Array) => {
      length += piece.length;
      if (length > maxBytes) reject(tooLarge(maxBytes));
      else pieces.push(piece);
    });
    response.once('end', () => resolve(joined(pieces, length)));
    response.once('close', () => reject(cutShort()));
  });
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function tooLarge(maxBytes: number): Error {
  return refused(`it is larger than the ${maxBytes} bytes that are taken`);
}

function cutShort(): Error {
  return refused('it broke off before its end');
}

function unanswered(thrown: Error & { readonly code?: string }): Error {
  const code = thrown.code ?? thrown.name;
  if (/CERT|SELF_SIGNED|ISSUER|ERR_TLS|VERIFY/.test(code))
    return refused('its certificate is not trusted here', thrown);
  if (code.startsWith('HPE_')) return refused('its server does not follow HTTP/1.1', thrown);
  return refused('its server could not be reached', thrown);
}
