import { connect, type Socket } from 'node:net';

/** A caller on a socket of its own, who can do what no HTTP client does. */
export interface Caller {
  readonly socket: Socket;
  /** All that has come so far. */
  heard(): string;
  /** How it leaves: closing, breaking off, or only saying that it will send no more. */
  leave(how: Leaving): void;
}

export const leavings = ['close', 'reset', 'half-close'] as const;
export type Leaving = (typeof leavings)[number];

/** Asks with these bytes as they are. One that is `deaf` never reads. */
export function caller(url: string, bytes: string, { deaf }: { readonly deaf?: true } = {}): Caller {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const decoder = new TextDecoder();
  let heard = '';
  const hear = (piece: Uint8Array | string): void => {
    heard += typeof piece === 'string' ? piece : decoder.decode(new Uint8Array(piece), { stream: true });
  };
  socket.on('error', () => undefined);
  if (deaf === true) socket.pause();
  else socket.on('data', hear);
  socket.write(bytes);
  return {
    socket,
    heard: () => heard,
    leave(how) {
      if (how === 'close') socket.destroy();
      else if (how === 'reset') socket.resetAndDestroy();
      else socket.end();
    },
  };
}

/** A chat request as it stands on the wire. */
export function posted(key: string, body: object): string {
  const text = JSON.stringify(body);
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    'Host: 127.0.0.1',
    `Authorization: Bearer ${key}`,
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${text}`;
}
