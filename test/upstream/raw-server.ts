import { createServer, type Server, type Socket } from 'node:net';
import { type RawRequest, type RequestReader, requestReader } from './request-reader.ts';

/** A server that says exactly the bytes it is told to: nothing in it knows what a proper answer is. */
export interface RawServer {
  readonly url: string;
  openSockets(): number;
  /** Requests that came on a socket that was only waiting for one to be closed. */
  dropped(): number;
  /** Closes the port and all sockets: who connects is refused. */
  refuse(): Promise<void>;
  /** Opens the same port again. */
  accept(): Promise<void>;
  close(): Promise<void>;
}

/** A request as it came in. */
export interface Arrived extends RawRequest {
  /** Which connection, counted from 1. */
  readonly connection: number;
}

/** The connection, for as long as one request is being answered. */
export interface Wire {
  /** Aborted when the peer closes or resets the connection. */
  readonly gone: AbortSignal;
  /** Resolves when there is room for more; at once if the peer is gone. */
  write(bytes: Uint8Array): Promise<void>;
  /** Closes in good order. */
  end(): void;
  /** Breaks the connection (RST). */
  reset(): void;
  /** Keeps the connection until the next request begins to come, and closes it then. */
  dropNext(): void;
}

/** Listens on a free port of 127.0.0.1. The requests of one connection are answered one after the other. */
export async function rawServer(answer: (request: Arrived, wire: Wire) => Promise<void>): Promise<RawServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let dropped = 0;
  const drop = (): void => {
    dropped += 1;
  };
  const server = createServer({ noDelay: true }, (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => void sockets.delete(socket));
    converse(socket, { connection: connections, answer, drop });
  });
  const port = await listening(server, 0);
  const refuse = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    await Promise.all([...sockets].map(destroyed));
    await closed;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    openSockets: () => sockets.size,
    dropped: () => dropped,
    refuse,
    accept: async () => void (await listening(server, port)),
    close: async () => {
      if (server.listening) await refuse();
    },
  };
}

interface Conversation {
  readonly connection: number;
  readonly answer: (request: Arrived, wire: Wire) => Promise<void>;
  readonly drop: () => void;
}

function converse(socket: Socket, { connection, answer, drop }: Conversation): void {
  const reader = requestReader();
  const gone = new AbortController();
  let dropping = false;
  let turn: Promise<void> = Promise.resolve();
  const wire: Wire = {
    gone: gone.signal,
    write: (bytes) => written(socket, bytes, gone.signal),
    end: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    dropNext: () => {
      dropping = true;
    },
  };
  const leave = (): void => gone.abort();
  socket.on('error', leave).on('end', leave).on('close', leave);
  socket.on('data', (bytes) => {
    if (dropping) {
      drop();
      socket.destroy();
      return;
    }
    for (const request of read(reader, bytes, socket)) {
      turn = turn.then(() => answer({ ...request, connection }, wire)).catch(raise);
    }
  });
}

function destroyed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.destroy();
  });
}

/** What is no HTTP is answered by closing. */
function read(reader: RequestReader, bytes: Uint8Array | string, socket: Socket): readonly RawRequest[] {
  try {
    return reader.push(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
  } catch {
    socket.destroy();
    return [];
  }
}

/** A bug of a test must not look like a fault of the network. */
function raise(thrown: unknown): void {
  queueMicrotask(() => {
    throw thrown;
  });
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error(`no port: ${address}`));
      resolve(address.port);
    });
  });
}

function written(socket: Socket, bytes: Uint8Array, gone: AbortSignal): Promise<void> {
  if (gone.aborted || socket.destroyed || socket.write(bytes)) return Promise.resolve();
  return new Promise((resolve) => {
    const go = (): void => {
      socket.off('drain', go);
      gone.removeEventListener('abort', go);
      resolve();
    };
    socket.on('drain', go);
    gone.addEventListener('abort', go, { once: true });
  });
}
