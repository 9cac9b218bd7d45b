import { connect } from 'node:net';
import { isJsonObject, type Json } from '../../src/core/json.ts';

/** An answer as it stood on the wire. */
export interface Spoken {
  /** 0 if the connection was closed without one. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly tookMs: number;
}

/** Sends these very bytes on a connection of their own and reads until it is closed, for ten seconds at most. */
export function speak(url: string, bytes: string | Uint8Array): Promise<Spoken> {
  const { hostname, port } = new URL(url);
  const beganAt = performance.now();
  const pieces: Buffer[] = [];
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => void socket.write(bytes));
    const patience = setTimeout(() => socket.destroy(), 10_000);
    socket.on('data', (piece) => void pieces.push(Buffer.from(piece)));
    socket.on('error', () => undefined);
    socket.on('end', () => void socket.destroy());
    socket.on('close', () => {
      clearTimeout(patience);
      resolve(answerIn(Buffer.concat(pieces), performance.now() - beganAt));
    });
  });
}

/** Sends a request by `fetch`. */
export async function asked(url: string, init: RequestInit): Promise<Spoken> {
  const beganAt = performance.now();
  const response = await fetch(url, init);
  const body = await response.text();
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body,
    tookMs: performance.now() - beganAt,
  };
}

/** The members of an error in OpenAI's envelope; undefined if it is none. */
export function openaiError(
  body: string,
): { readonly message: string; readonly type: Json; readonly param: Json; readonly code: Json } | undefined {
  let answer: Json;
  try {
    answer = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isJsonObject(answer) || !isJsonObject(answer['error']) || Object.keys(answer).length > 1) return undefined;
  const { message, type, param, code, ...more } = answer['error'];
  if (typeof message !== 'string' || message === '' || typeof type !== 'string') return undefined;
  return param === undefined || code === undefined || Object.keys(more).length > 0
    ? undefined
    : { message, type, param, code };
}

function answerIn(bytes: Buffer, tookMs: number): Spoken {
  const text = bytes.toString('utf8').replace(/^(?:HTTP\/1\.1 1\d\d [^\r]*\r\n\r\n)+/, '');
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [line = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((each) => [each.slice(0, each.indexOf(':')).toLowerCase(), each.slice(each.indexOf(':') + 1).trim()]),
  );
  return { status: Number(line.split(' ')[1] ?? 0), headers, body: rest.join('\r\n\r\n'), tookMs };
}
