/** One HTTP/1.1 request, as its bytes said it. */
export interface RawRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Names in lower case; of a header that came twice, the values joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface RequestReader {
  /** Takes bytes as they come; gives the requests that they complete. Throws on what is no HTTP/1.1. */
  push(bytes: Uint8Array): readonly RawRequest[];
}

const decoder = new TextDecoder();
const headEnd = new Uint8Array([13, 10, 13, 10]);
const lineEnd = new Uint8Array([13, 10]);

/** Reads the requests of one connection: bodies by `content-length` or chunked. */
export function requestReader(): RequestReader {
  let held: Uint8Array<ArrayBuffer> = new Uint8Array();
  return {
    push: (bytes) => {
      held = joined([held, bytes]);
      const requests: RawRequest[] = [];
      for (let found = firstRequest(held); found !== undefined; found = firstRequest(held)) {
        requests.push(found.request);
        held = held.slice(found.length);
      }
      return requests;
    },
  };
}

/** Several pieces as one. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function firstRequest(bytes: Uint8Array): { readonly request: RawRequest; readonly length: number } | undefined {
  const end = indexOf(bytes, headEnd, 0);
  if (end < 0) return undefined;
  const [first = '', ...lines] = decoder.decode(bytes.subarray(0, end)).split('\r\n');
  const [method, path, version] = first.split(' ');
  if (method === undefined || path === undefined || version !== 'HTTP/1.1')
    throw new Error(`no request line: ${first}`);
  const headers = headersOf(lines);
  const begin = end + headEnd.length;
  const content = headers['transfer-encoding'] === 'chunked' ? chunked(bytes, begin) : sized(bytes, begin, headers);
  return content === undefined
    ? undefined
    : { request: { method, path, headers, body: content.body }, length: content.end };
}

function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new Error(`no header: ${line}`);
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}

interface Content {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly end: number;
}

function sized(bytes: Uint8Array, begin: number, headers: Readonly<Record<string, string>>): Content | undefined {
  const end = begin + Number(headers['content-length'] ?? 0);
  return bytes.length < end ? undefined : { body: bytes.slice(begin, end), end };
}

function chunked(bytes: Uint8Array, begin: number): Content | undefined {
  const chunks: Uint8Array[] = [];
  let at = begin;
  for (;;) {
    const lineAt = indexOf(bytes, lineEnd, at);
    if (lineAt < 0) return undefined;
    const size = Number.parseInt(decoder.decode(bytes.subarray(at, lineAt)), 16);
    const dataAt = lineAt + lineEnd.length;
    if (bytes.length < dataAt + size + lineEnd.length) return undefined;
    at = dataAt + size + lineEnd.length;
    if (size === 0) return { body: joined(chunks), end: at };
    chunks.push(bytes.subarray(dataAt, dataAt + size));
  }
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(wanted, from);
}
