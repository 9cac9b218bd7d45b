import { joined } from './request-reader.ts';

/** What a connection does next. When the steps are over it stays open for another request. */
export type Step =
  | { readonly do: 'send'; readonly bytes: Uint8Array; readonly frames: number; readonly tokens: number }
  | { readonly do: 'wait'; readonly ms: number }
  /** Nothing more, until the peer goes. */
  | { readonly do: 'stall' }
  /** In good order, after the whole answer; `break`: the same, before it is whole. */
  | { readonly do: 'close' }
  | { readonly do: 'break' }
  | { readonly do: 'reset' }
  | { readonly do: 'drop-next' };

const encoder = new TextEncoder();

export function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? encoder.encode(content) : content;
}

export function send(
  content: string | Uint8Array,
  counts: { readonly frames?: number; readonly tokens?: number } = {},
): Step {
  return { do: 'send', bytes: bytesOf(content), frames: counts.frames ?? 0, tokens: counts.tokens ?? 0 };
}

/** A head with these headers, `Content-Type` and the like as they are. */
export function head(status: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${reasons[status] ?? 'Status'}\r\n${lines.join('')}\r\n`;
}

/** A whole answer with its proper length. */
export function whole(
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Uint8Array {
  const bytes = bytesOf(body);
  const sized = { 'Content-Type': 'application/json', ...headers, 'Content-Length': String(bytes.length) };
  return joined([bytesOf(head(status, sized)), bytes]);
}

/** One chunk of a chunked body. */
export function chunkOf(content: string | Uint8Array): Uint8Array {
  const bytes = bytesOf(content);
  return joined([bytesOf(`${bytes.length.toString(16)}\r\n`), bytes, bytesOf('\r\n')]);
}

export const lastChunk = '0\r\n\r\n';

/** Breaks the connection, but only after what was sent has had time to arrive: a reset drops what is still on its way. */
export const lateReset: readonly Step[] = [{ do: 'wait', ms: 20 }, { do: 'reset' }];

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  307: 'Temporary Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
