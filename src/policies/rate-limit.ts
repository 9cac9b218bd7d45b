import type {
  Allowance,
  Authenticated,
  Call,
  Handler,
  Metered,
  Policy,
  RateLimited,
  Received,
  Routed,
} from '../core/call.ts';
import { Failure } from '../core/failure.ts';
import type { Clock } from '../core/ports.ts';
import type { Origin, Reply } from '../core/reply.ts';
import type { TellStanding } from '../core/standing.ts';
import type { Limits } from '../store/store.ts';
import { type Admission, admit } from './rate-limit-admission.ts';
import { claimsOf } from './rate-limit-claims.ts';
import type { Bar, RateCounters, WindowBar } from './rate-limit-counters.ts';

export interface RateLimitTools {
  readonly limits: Pick<Limits, 'of'>;
  readonly counters: RateCounters;
  readonly clock: Clock;
}

type Limited = Call & Authenticated & Metered & Received & Routed;

/**
 * Holds callers to how much they may ask in any stretch of time, and how much at once. A call is counted in everything that
 * limits it or in nothing; one that is refused counts for nothing. What it reserved of tokens becomes what it consumed when it is
 * closed, and its slots are free as soon as it ended, however that was.
 */
export function rateLimit(tools: RateLimitTools): Policy<Limited, RateLimited> {
  return (next) => (call) => {
    const owned = tools.limits.of(call.principal);
    const bars = owned.length === 0 ? none : tools.counters.barsOf(owned);
    return bars.length === 0 ? next({ ...call, allowance: asAsked }) : limited(tools, call, next);
  };
}

const none: readonly Bar[] = [];
const asAsked: Allowance = Object.freeze({});

async function limited<C extends Limited>(
  tools: RateLimitTools,
  call: C,
  next: Handler<C & RateLimited>,
): Promise<Reply> {
  const bars = await barsFor(tools, call);
  const now = tools.clock.monotonic();
  const admission = admit(claimsOf(bars, call, now), call, tools.clock);
  const { allowance = asAsked, plan = call.plan, standing } = admission;
  call.journal.whenClosed((consumed) => admission.settle(consumed));
  let reply: Reply;
  try {
    reply = await next({ ...call, plan, allowance });
  } catch (thrown) {
    admission.release();
    throw standing === undefined ? thrown : told(thrown, standing);
  }
  return released(reply, admission);
}

/** What limits the call, once it is known what was admitted before. Limits may change while that is looked up. */
async function barsFor({ limits, counters }: RateLimitTools, { principal }: Authenticated): Promise<readonly Bar[]> {
  for (;;) {
    const bars = counters.barsOf(limits.of(principal));
    const unknown = bars.filter((bar): bar is WindowBar => bar.kind === 'window' && !bar.counters.ready);
    if (unknown.length === 0) return bars;
    await Promise.all(unknown.map((bar) => counters.restore(bar)));
  }
}

function released(reply: Reply, { release, standing }: Admission): Reply {
  const origin: Origin = standing === undefined ? reply.origin : { ...reply.origin, standing };
  if (reply.kind === 'whole') {
    release();
    return { ...reply, origin };
  }
  return {
    ...reply,
    origin,
    end: (outcome) => {
      // What is beneath lets go of its provider first, then the slot is another's.
      try {
        return reply.end(outcome);
      } finally {
        release();
      }
    },
  };
}

function told(thrown: unknown, standing: TellStanding): unknown {
  if (!(thrown instanceof Failure)) return thrown;
  return new Failure(thrown.kind, thrown.message, { ...thrown.details, standing });
}
