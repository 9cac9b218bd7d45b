import { Failure } from '../core/failure.ts';

/** A call that failed before its answer's head. Never repeats Bun's message: it may carry the URL with its query. */
export function unanswered(thrown: unknown, url: string): Failure {
  if (thrown instanceof Failure) return thrown;
  const code = codeOf(thrown);
  const place = placeOf(url);
  if (noHttp.has(code)) {
    return new Failure('provider-garbled', `${place} answered with something that is no HTTP/1.1 (${code}).`);
  }
  return new Failure('provider-unreachable', `${place} ${whyUnreachable(code)} (${code}).`);
}

/** An answer that broke off after its head. */
export function brokenOff(thrown: unknown, url: string): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure('provider-garbled', `${placeOf(url)} broke off in the middle of its answer (${codeOf(thrown)}).`);
}

/** Whether the connection was closed before any answer: what a kept-alive socket does that the other side gave up. */
export function closedUnanswered(thrown: unknown): boolean {
  return resets.has(codeOf(thrown));
}

/** Host and port; never a path, a query or a credential. */
export function placeOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return 'an address that is no URL';
  const port = parsed.port === '' ? (parsed.protocol === 'https:' ? ':443' : ':80') : `:${parsed.port}`;
  return parsed.hostname + port;
}

const resets = new Set(['ECONNRESET', 'EPIPE', 'ConnectionClosed']);

/** Bun's words for an answer that cannot be understood. */
const noHttp = new Set([
  'Malformed_HTTP_Response',
  'InvalidHTTPResponse',
  'InvalidContentLength',
  'UnrequestedUpgrade',
  'HTTPHeadersOversized',
]);

function whyUnreachable(code: string): string {
  if (/CERT|SELF_SIGNED|ISSUER|ERR_TLS/.test(code)) {
    return 'shows a certificate that is not trusted here; NODE_EXTRA_CA_CERTS names a file of further authorities';
  }
  return reasons[code] ?? 'could not be reached';
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection; is it up, and is the port right?',
  ECONNRESET: 'closed the connection before it answered',
  EPIPE: 'closed the connection before it answered',
  ENOTFOUND: 'is not known to the name service; is the host name right?',
  EAI_AGAIN: 'could not be looked up, the name service does not answer',
  ETIMEDOUT: 'did not accept the connection in time',
  EPROTO: 'did not complete the TLS handshake; does it speak TLS on this port?',
  ERR_INVALID_URL: 'cannot be called; check base_url',
  ERR_INVALID_ARG_VALUE: 'cannot be called; check base_url and credential',
};

function codeOf(thrown: unknown): string {
  if (thrown === null || typeof thrown !== 'object') return 'unknown';
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return 'name' in thrown && typeof thrown.name === 'string' ? thrown.name : 'unknown';
}
