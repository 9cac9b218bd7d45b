import type { Call, Metered, Policy, Routed, Targeted } from '../core/call.ts';
import { Failure, isUnpaid } from '../core/failure.ts';
import type { Reply } from '../core/reply.ts';
import { unaffordable } from './retry.ts';

/**
 * Asks the plan's targets in order until one answers. Only a provider's fault moves on, for what the caller got wrong is wrong
 * everywhere; but what one target has no words for another may have, so a strict caller is refused only if every one loses, and what
 * a budget does not pay at one another may do for less.
 */
export function fallback(): Policy<Call & Metered & Routed, Targeted> {
  return (next) => async (call) => {
    const [first, ...others] = call.plan.targets;
    const failures: Failure[] = [];
    let asked: Promise<Reply> = next({ ...call, target: first });
    for (const target of others) {
      try {
        return await asked;
      } catch (thrown) {
        if (!movesOn(thrown) || call.signal.aborted) throw thrown;
        failures.push(thrown);
        asked = next({ ...call, target });
      }
    }
    try {
      return await asked;
    } catch (thrown) {
      throw isUnasked(thrown) ? told(call, thrown, failures) : thrown;
    }
  };
}

function movesOn(thrown: unknown): thrown is Failure {
  if (!(thrown instanceof Failure)) return false;
  return isUnasked(thrown) || (thrown.traits.fault === 'provider' && thrown.traits.retry !== 'never');
}

/** It was refused before anybody was asked. A failure of somebody who was says more, and may pass. */
function isUnasked(thrown: unknown): boolean {
  return isUnpaid(thrown) || (thrown instanceof Failure && thrown.kind === 'request-lossy');
}

function told(call: Metered, thrown: unknown, failures: readonly Failure[]): unknown {
  const spoken = failures.findLast((one) => !isUnasked(one));
  if (spoken === undefined) return failures[0] ?? thrown;
  return isUnpaid(thrown) ? unaffordable(call, spoken) : spoken;
}
