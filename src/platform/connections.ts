import type { Clock } from '../core/ports.ts';

/**
 * One kept-alive connection to a provider. Bun does not tell whether a request went out on a used socket, and a `POST`
 * may be sent again only if it did: so each connection is a `FetchSession` of its own, lent to one request at a time.
 */
export interface Connection {
  readonly origin: string;
  readonly session: Bun.FetchSession;
  /** An answer has come on it, and its socket was kept. */
  readonly used: boolean;
}

export interface Connections {
  /** The most recently used one, else a new one. */
  take(origin: string): Connection;
  /** For a connection whose answer was read to its end. One that is not given back is closed by what broke it. */
  giveBack(connection: Connection): void;
}

/** A connection with no past. */
export function freshConnection(origin: string, keepAliveMs: number): Connection {
  const session = new Bun.FetchSession({
    keepAlive: { idleTimeout: Math.ceil(keepAliveMs / 1000), maxIdleSockets: 1 },
  });
  return { origin, session, used: false };
}

/** Connections idle for longer than `keepAliveMs` are not lent again; Bun closes their sockets by itself soon after. */
export function openConnections(clock: Clock, keepAliveMs: number): Connections {
  const idleByOrigin = new Map<string, Idle[]>();
  const tooOld = (idle: Idle): boolean => clock.monotonic() - idle.since > keepAliveMs;

  return {
    take(origin) {
      const idle = idleByOrigin.get(origin)?.pop();
      return idle === undefined || tooOld(idle) ? freshConnection(origin, keepAliveMs) : idle.connection;
    },
    giveBack(connection) {
      const idle = idleByOrigin.get(connection.origin) ?? [];
      idleByOrigin.set(connection.origin, idle);
      const [oldest] = idle;
      if (oldest !== undefined && tooOld(oldest)) idle.shift();
      idle.push({ connection: connection.used ? connection : { ...connection, used: true }, since: clock.monotonic() });
    },
  };
}

interface Idle {
  readonly connection: Connection;
  readonly since: number;
}
