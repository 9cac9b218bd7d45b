import { Failure } from '../../core/failure.ts';
import type { Ids } from '../../core/ports.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { failureAnswer } from './answer.ts';
import type { Door } from './data-plane.ts';
import type { DataRoute } from './openapi.ts';
import { pathOf, type Vendor, vendorOf } from './vendor.ts';

/** Everything that one address serves. */
export interface FrontTools {
  readonly doors: readonly Door[];
  /** Routes that ask no model anything: health, lists. Matched by exact path. */
  readonly plain: readonly PlainRoute[];
  /** Everything below these prefixes goes to the other application, loaded when it is first needed. */
  readonly mounted: readonly Mounted[];
  /** The dialect in which a path that nobody knows is refused to a vendor's client. */
  readonly dialects: Readonly<Record<Vendor, Dialect>>;
  readonly ids: Ids;
  /** True once no new work is taken. */
  readonly draining: () => boolean;
}

export interface PlainRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Also answers what is below the path, as its rest. */
  readonly below?: boolean;
  /** What the document of everything that is served says of it. */
  readonly told: readonly DataRoute[];
  answer(request: Request, rest: string): Response | Promise<Response>;
}

export interface Mounted {
  readonly prefix: string;
  answer(request: Request): Promise<Response>;
}

/**
 * One table decides by the exact path where a request goes; what is not in it is not there. Bun has resolved `..` and the
 * like by then, so that another spelling of a door's path is that door, with that door's lock.
 */
export function front(tools: FrontTools): (request: Request) => Response | Promise<Response> {
  const doors = new Map(tools.doors.map((door) => [`${door.method} ${door.path}`, door]));
  const exact = new Map(tools.plain.map((route) => [`${route.method} ${route.path}`, route]));
  const below = tools.plain.filter((route) => route.below === true);
  const known = [...tools.doors, ...tools.plain];

  return (request) => {
    const path = pathOf(request.url);
    const route = `${request.method} ${path}`;
    const door = doors.get(route);
    if (door !== undefined)
      return tools.draining() ? refuse(tools, door.dialect, drainingFailure()) : door.answer(request);
    const plain = exact.get(route);
    if (plain !== undefined) return plain.answer(request, '');
    const mounted = tools.mounted.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
    if (mounted !== undefined) return mounted.answer(request);
    const parent = below.find((entry) => entry.method === request.method && path.startsWith(`${entry.path}/`));
    if (parent !== undefined) return parent.answer(request, path.slice(parent.path.length + 1));
    const dialect = tools.dialects[vendorOf(path, request.headers)];
    return refuse(tools, dialect, unknownRoute(request.method, path, known));
  };
}

function unknownRoute(method: string, path: string, known: readonly { method: string; path: string }[]): Failure {
  const shown = JSON.stringify(path.slice(0, 200));
  const others = known.filter((route) => route.path === path).map((route) => route.method);
  if (others.length > 0) {
    return new Failure('method-unsupported', `${method} is not served on ${shown}; use ${others.join(' or ')}.`);
  }
  return new Failure(
    'route-unknown',
    `There is nothing at ${method} ${shown}; GET /openapi.json lists what is served.`,
  );
}

function drainingFailure(): Failure {
  return new Failure('gateway-draining', 'This server is shutting down and takes no new work; try again in a moment.', {
    retryAfterMs: 1000,
  });
}

function refuse({ ids }: FrontTools, dialect: Dialect, failure: Failure): Response {
  return failureAnswer(dialect, failure, ids.make('req'));
}
