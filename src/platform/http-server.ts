import { Failure } from '../core/failure.ts';
import type { HttpServer, Listener, ListenOptions, Log } from '../core/ports.ts';
import { systemClock } from './clock.ts';

type Handle = (request: Request) => Response | Promise<Response>;

/**
 * Our doors, on `Bun.serve`. An answer may be silent for as long as it likes: deadlines are the call's own. Bun itself cuts
 * a caller who has not sent a request's head within 12 seconds. Bodies of any size reach the handler, which reads them
 * with a limit (`readBody`) and refuses in its own words; what nobody reads stays in the caller's socket.
 */
export function bunHttpServer(log: Log): HttpServer {
  return Object.freeze({
    async listen(options: ListenOptions, handle: Handle): Promise<Listener> {
      const server = serve(options, guarded(handle, log));
      return {
        url: server.url.origin,
        async close(graceMs) {
          const { promise: graceOver, resolve } = Promise.withResolvers<void>();
          const cancel = systemClock.after(graceMs, resolve);
          await Promise.race([server.stop(), graceOver]);
          cancel();
          await server.stop(true);
        },
      };
    },
  });
}

/** Seconds for which a connection may stay unused after a whole answer. Longer than clients keep theirs. */
const keepAliveSeconds = 75;

type Server = Bun.Server<undefined>;

function serve(
  { hostname, port }: ListenOptions,
  answer: (request: Request, server: Server) => ReturnType<Handle>,
): Server {
  try {
    return Bun.serve({
      hostname,
      port,
      idleTimeout: 0,
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      // Without this, `development: false` lets a second process open the same address, and the kernel deals calls to both.
      reusePort: false,
      fetch: answer,
      error: () => brokenAnswer(),
    });
  } catch (thrown) {
    throw cannotListen(hostname.includes(':') ? `[${hostname}]:${port}` : `${hostname}:${port}`, thrown);
  }
}

/** The handler, asked only for requests that have one meaning, and whose errors are told to the log alone. */
function guarded(handle: Handle, log: Log): (request: Request, server: Server) => ReturnType<Handle> {
  const broken = (cause: unknown): Response => {
    log.error('a request was not answered by its handler', { cause });
    return brokenAnswer();
  };
  const addressed = addressCheck();
  return (request, server) => {
    if (!addressed(request)) return misaddressed();
    server.timeout(request, 0);
    const leave = (response: Response): Response => {
      if (response.status === 408) response.headers.set('connection', 'close');
      if (isWhole(response)) server.timeout(request, keepAliveSeconds);
      return response;
    };
    try {
      const answer = handle(request);
      return answer instanceof Promise ? answer.then(leave).catch(broken) : leave(answer);
    } catch (thrown) {
      return broken(thrown);
    }
  };
}

/**
 * Whether the request names one host that a URL can have: Bun takes any text, and then its `request.url` is relative,
 * or cannot be parsed. The same host comes again and again, so the last good one is remembered.
 */
function addressCheck(): (request: Request) => boolean {
  let good: string | undefined;
  return ({ headers, url }) => {
    const host = headers.get('host');
    if (host === null || !url.startsWith('http')) return false;
    if (host === good) return true;
    if (!/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.test(host) || !URL.canParse(`http://${host}/`)) return false;
    good = host;
    return true;
  };
}

/** An answer that is sent in one go. What is streamed may pause for longer than an idle connection may. */
function isWhole({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('application/json') === true;
}

function misaddressed(): Response {
  const message = 'The Host header is missing or names no host; send one host name, with a port if need be.';
  return Response.json({ error: { kind: 'request-invalid', message, param: 'Host' } }, { status: 400 });
}

function brokenAnswer(): Response {
  const message = 'Trestle failed on its own account; its log has the cause.';
  return Response.json({ error: { kind: 'gateway-broken', message } }, { status: 500 });
}

function cannotListen(address: string, cause: unknown): Failure {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return new Failure(
        'resource-conflict',
        `${address} is already in use; stop what listens there, or choose another address with --listen.`,
        { cause },
      );
    case 'EACCES':
      return new Failure(
        'permission-denied',
        `${address} may not be opened by this user; choose a port from 1024 up with --listen.`,
        { cause },
      );
    case 'EADDRNOTAVAIL':
      return new Failure(
        'resource-unknown',
        `${address} is no address of this machine; choose one that is, or 0.0.0.0 for all, with --listen.`,
        { cause },
      );
    default:
      return new Failure('gateway-broken', `${address} could not be opened (${String(code)}).`, { cause });
  }
}
