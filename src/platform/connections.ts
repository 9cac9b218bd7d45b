import type { Clock } from '../core/ports.ts';

/**
 * One kept-alive connection to a provider. Bun does not tell whether a request went out on a used socket, and a `POST`
 * may be sent again only if it did: so each connection is a `FetchSession` of its own, lent to one request at a time.
 */
export interface Connection {
  readonly session: Bun.FetchSession;
  /** An answer has come on it, and its socket was kept. */
  readonly used: boolean;
}

export interface Connections {
  /** The most recently used one, else a new one. */
  take(origin: string): Connection;
  /** For a connection whose answer was read to its end. One that is not given back is closed by what broke it. */
  giveBack(origin: string, connection: Connection): void;
}

/** A connection with no past. */
export function freshConnection(keepAliveMs: number): Connection {
  const session = new Bun.FetchSession({
    keepAlive: { idleTimeout: Math.ceil(keepAliveMs / 1000), maxIdleSockets: 1 },
  });
  return { session, used: false };
}

/** Connections idle for longer than `keepAliveMs` are not lent again; Bun closes their sockets by itself soon after. */
export function openConnections(clock: Clock, keepAliveMs: number): Connections {
  const idleByOrigin = new Map<string, Idle[]>();
  const tooOld = (idle: Idle | undefined): boolean =>
    idle !== undefined && clock.monotonic() - idle.since > keepAliveMs;

  return {
    take(origin) {
      const idle = idleByOrigin.get(origin)?.pop();
      if (idle === undefined || tooOld(idle)) return freshConnection(keepAliveMs);
      return idle.connection;
    },
    giveBack(origin, { session }) {
      const idle = idleByOrigin.get(origin) ?? [];
      idleByOrigin.set(origin, idle);
      while (tooOld(idle[0])) idle.shift();
      idle.push({ connection: { session, used: true }, since: clock.monotonic() });
    },
  };
}

interface Idle {
  readonly connection: Connection;
  readonly since: number;
}
