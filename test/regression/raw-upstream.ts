import { createServer, type Socket } from 'node:net';

/** A provider made of bare sockets, so that a test decides about every byte and every close. */
export interface RawUpstream {
  readonly url: string;
  /** Sockets open at this moment. */
  open(): number;
  /** How many were ever accepted. */
  accepted(): number;
  /** Of each request, on which connection it came. */
  readonly requests: readonly number[];
  /** Resolves when no socket is open, or with false after `withinMs`. */
  emptied(withinMs: number): Promise<boolean>;
  close(): void;
}

export interface RawRequest {
  readonly socket: Socket;
  /** The number of its connection, from 1. */
  readonly connection: number;
  /** Its number on that connection, from 1. */
  readonly turn: number;
  readonly text: string;
}

/** Requests are told apart by their arrival: a test's request fits one packet. */
export async function rawUpstream(answer: (request: RawRequest) => void): Promise<RawUpstream> {
  const sockets = new Set<Socket>();
  const requests: number[] = [];
  let accepted = 0;
  const server = createServer((socket) => {
    accepted += 1;
    const connection = accepted;
    let turn = 0;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      turn += 1;
      requests.push(connection);
      answer({ socket, connection, turn, text: bytes.toString('latin1') });
    });
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${port}/v1/chat`,
    open: () => sockets.size,
    accepted: () => accepted,
    requests,
    emptied: (withinMs) => becomes(() => sockets.size === 0, withinMs),
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Waits until something is so; false if it is not within `withinMs`. */
export async function becomes(so: () => boolean, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (!so()) {
    if (performance.now() > end) return false;
    await Bun.sleep(5);
  }
  return true;
}

export const streamHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
export const streamEnd = '0\r\n\r\n';

export function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

export function whole(text: string, headers = ''): string {
  return `HTTP/1.1 200 OK\r\n${headers}content-length: ${text.length}\r\n\r\n${text}`;
}
