import type { Call, Policy, Routed, Targeted } from '../core/call.ts';
import { Failure } from '../core/failure.ts';
import type { Reply } from '../core/reply.ts';

/** Asks the plan's targets in order until one answers. Only a provider's fault moves on: what the caller got wrong is wrong everywhere. */
export function fallback(): Policy<Call & Routed, Targeted> {
  return (next) => async (call) => {
    const [first, ...others] = call.plan.targets;
    let asked: Promise<Reply> = next({ ...call, target: first });
    for (const target of others) {
      try {
        return await asked;
      } catch (thrown) {
        if (!movesOn(thrown) || call.signal.aborted) throw thrown;
        asked = next({ ...call, target });
      }
    }
    return await asked;
  };
}

function movesOn(thrown: unknown): boolean {
  return thrown instanceof Failure && thrown.traits.fault === 'provider' && thrown.traits.retry !== 'never';
}
