import { type Context as Asked, Hono } from 'hono';
import type { Principal } from '../../core/call.ts';
import { asFailure, Failure } from '../../core/failure.ts';
import type { Log } from '../../core/ports.ts';
import { conduct } from '../../management/conduct.ts';
import type { Surroundings } from '../../management/context.ts';
import { permit } from '../../management/perform.ts';
import type { Procedure } from '../../management/procedure.ts';
import { adminAnswer, csvAnswer, refusal } from './admin-answer.ts';
import { csvStream } from './admin-csv.ts';
import { givenIn } from './admin-input.ts';
import { credentialOf } from './credential.ts';
import { type DataRoute, openapi } from './openapi.ts';

export interface AdminOptions {
  readonly procedures: readonly Procedure[];
  readonly context: Surroundings;
  /** Who holds this credential; throws `credential-missing` or `credential-invalid`. */
  readonly authenticate: (credential: string | undefined) => Principal;
  /** What else this server serves, for `/openapi.json`. */
  readonly dataRoutes: readonly DataRoute[];
  readonly log: Log;
}

export interface AdminApp {
  /** Answers whatever it is asked, a failure too; never rejects. */
  fetch(request: Request): Promise<Response>;
}

type Env = { readonly Bindings: { readonly requestId: string } };

/** The REST projection of the procedures. The route that matched says what right is needed; the path's text never does. */
export function adminApp(options: AdminOptions): AdminApp {
  const { log, context } = options;
  const app = new Hono<Env>();
  for (const procedure of options.procedures) {
    app.on(procedure.method, honoPath(procedure.path), (asked) => answer(options, procedure, asked));
  }
  let document: string | undefined;
  app.get('/openapi.json', (asked) => {
    document ??= JSON.stringify(openapi(options));
    return adminAnswer(asked.env.requestId, { status: 200, body: document });
  });
  for (const [path, methods] of methodsByPath(options.procedures)) {
    app.all(path, (asked) => refusal(asked.env.requestId, wrongMethod(asked.req.method, methods), { allow: methods }));
  }
  app.notFound((asked) => refusal(asked.env.requestId, unknownRoute(asked.req)));
  app.onError((thrown, asked) => refusal(asked.env.requestId, noted(log, asked.env.requestId, thrown)));

  return {
    fetch: async (request) => {
      const requestId = context.ids.make('req');
      if (!URL.canParse(request.url)) return refusal(requestId, unreadableTarget());
      try {
        return await app.fetch(request, { requestId });
      } catch (thrown) {
        return refusal(requestId, noted(log, requestId, thrown));
      }
    },
  };
}

async function answer(options: AdminOptions, procedure: Procedure, asked: Asked<Env>): Promise<Response> {
  const principal = options.authenticate(credentialOf(asked.req.raw.headers, ['authorization']));
  const context = { ...options.context, principal };
  await permit(procedure, context);
  const given = await givenIn(procedure, asked.req.raw, asked.req.param());
  const manners = {
    ...named('ifMatch', asked.req.header('if-match')),
    ...named('idempotencyKey', asked.req.header('idempotency-key')),
  };
  const asking = { asked: procedure, procedures: options.procedures, manners };
  const done = await conduct(asking, context, given);
  if (procedure.csv !== undefined && given[procedure.csv] === 'csv' && done.status === 200) {
    // Whoever says how much is wanted gets that; everybody else wants the whole table.
    const next =
      'limit' in given
        ? undefined
        : async (after: string) => (await conduct(asking, context, { ...given, after })).body;
    return csvAnswer(asked.env.requestId, procedure.name, csvStream(done.body, { clock: context.clock, next }));
  }
  return adminAnswer(asked.env.requestId, {
    status: done.status,
    body: done.body,
    headers: {
      ...named('etag', done.etag),
      ...(done.replayed === undefined ? {} : { 'idempotent-replayed': 'true' }),
    },
  });
}

function named<Name extends string>(name: Name, value: string | undefined): { readonly [N in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [N in Name]: string });
}

function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

function methodsByPath(procedures: readonly Procedure[]): ReadonlyMap<string, string> {
  const methods = new Map<string, string>([['/openapi.json', 'GET, HEAD']]);
  for (const { method, path } of procedures) {
    const own = method === 'GET' ? 'GET, HEAD' : method;
    const others = methods.get(honoPath(path));
    methods.set(honoPath(path), others === undefined ? own : `${others}, ${own}`);
  }
  return methods;
}

/** What is no caller's doing goes to the log, with its cause. */
function noted(log: Log, requestId: string, thrown: unknown): Failure {
  const failure = asFailure(thrown);
  if (failure.traits.fault !== 'caller') {
    const cause = failure.details.cause ?? failure;
    log.error('a management call failed', { requestId, kind: failure.kind, status: failure.status, cause });
  }
  return failure;
}

function wrongMethod(method: string, methods: string): Failure {
  return new Failure('method-unsupported', `${method} is not served on this path; use ${methods}.`);
}

function unknownRoute({ method, path }: { readonly method: string; readonly path: string }): Failure {
  const shown = JSON.stringify(path.slice(0, 200));
  return new Failure(
    'route-unknown',
    `There is nothing at ${method} ${shown}; GET /openapi.json lists what is served.`,
  );
}

/** Bun gives a relative URL when the Host header is malformed: nothing can be matched against that. */
function unreadableTarget(): Failure {
  return new Failure('request-invalid', 'The request target or the Host header is malformed.', { param: 'host' });
}
