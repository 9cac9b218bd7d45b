import type { Call, Handler, Received } from '../../core/call.ts';
import { asFailure } from '../../core/failure.ts';
import type { OperationName } from '../../core/operation.ts';
import { received, type WireBody } from '../../core/payload.ts';
import type { Clock, Ids, Log } from '../../core/ports.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { readBody } from '../../platform/read-body.ts';
import { answerHeaders, failureAnswer, wholeAnswer } from './answer.ts';
import { credentialOf } from './credential.ts';
import { type Lifetime, lifetime } from './deadline.ts';
import { streamAnswer } from './stream-answer.ts';
import { timeoutOf, wishesOf } from './wishes.ts';

export interface DataPlaneTools {
  readonly dialects: readonly Dialect[];
  readonly handle: Handler<Call>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly limits: {
    readonly maxBodyBytes: number;
    /** A whole call, its stream included, unless the caller says less. */
    readonly callTimeoutMs: number;
  };
}

/** One door: a path where a dialect is spoken. */
export interface Door {
  readonly method: string;
  readonly path: string;
  readonly operation: OperationName;
  readonly dialect: Dialect;
  answer(request: Request): Promise<Response>;
}

/** A door for every route of every dialect. Each makes a `Call` and gives it to the one pipeline; there is no other way in. */
export function dataPlane(tools: DataPlaneTools): readonly Door[] {
  return tools.dialects.flatMap((dialect) =>
    dialect.routes.map(({ method, path, credential }) => ({
      method,
      path,
      operation: dialect.operation,
      dialect,
      answer: (request: Request) => answer(tools, { dialect, credential }, request),
    })),
  );
}

interface Spoken {
  readonly dialect: Dialect;
  readonly credential: readonly string[];
}

async function answer(tools: DataPlaneTools, { dialect, credential }: Spoken, request: Request): Promise<Response> {
  const { ids, clock } = tools;
  const id = ids.make('req');
  const life = lifetime(clock, request.signal);
  try {
    const reply = await tools.handle({
      id,
      operation: dialect.operation,
      dialect: dialect.name,
      arrivedAt: clock.now(),
      startedAt: clock.monotonic(),
      signal: life.signal,
      credential: credentialOf(request.headers, credential),
      read: () => read(tools, dialect, { request, life }),
    });
    const headers = answerHeaders(dialect, id, reply.origin);
    if (reply.kind === 'stream') return streamAnswer(reply, headers, { dialect, requestId: id, life });
    life.over();
    return wholeAnswer(reply, headers);
  } catch (thrown) {
    life.over();
    return failureAnswer(dialect, asFailure(thrown), id);
  }
}

async function read(
  { limits, clock }: DataPlaneTools,
  dialect: Dialect,
  { request, life }: { readonly request: Request; readonly life: Lifetime },
): Promise<Received> {
  const timeoutMs = Math.min(timeoutOf(request.headers) ?? limits.callTimeoutMs, limits.callTimeoutMs);
  const deadlineAt = clock.monotonic() + timeoutMs;
  life.limit(timeoutMs);
  const wishes = wishesOf(request.headers);
  const bytes = await readBody(request, limits.maxBodyBytes, { clock });
  const body: WireBody = { kind: 'json', bytes, ...spokenHeaders(dialect, request.headers) };
  const envelope = dialect.request.envelope(body);
  return { envelope, wishes, deadlineAt, payload: received(dialect.name, body, dialect.request.decode) };
}

/** Of the caller's headers, those that are part of what its dialect says. No other one goes any further. */
export function spokenHeaders(
  { headers: names }: Pick<Dialect, 'headers'>,
  headers: Headers,
): Pick<WireBody, 'headers'> {
  const spoken = names.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return spoken.length === 0 ? {} : { headers: Object.fromEntries(spoken) };
}
