import type { Call, Policy } from '../core/call.ts';
import { asFailure, type Failure } from '../core/failure.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { Outcome } from '../core/reply.ts';

/**
 * The outermost policy: whatever is thrown below leaves as a `Failure`, and every call ends in one line for the operator.
 * What was our own doing is written with its cause, which nobody else ever sees.
 */
export function trace({ clock, log }: { readonly clock: Clock; readonly log: Log }): Policy<Call> {
  return (next) => async (call) => {
    const ended = (outcome: Outcome): void => write(log, call, { outcome, ms: clock.monotonic() - call.startedAt });
    try {
      const reply = await next(call);
      if (reply.kind === 'whole') {
        ended({ kind: 'complete' });
        return reply;
      }
      return {
        ...reply,
        end: async (outcome) => {
          ended(outcome);
          await reply.end(outcome);
        },
      };
    } catch (thrown) {
      const failure = asFailure(thrown);
      ended({ kind: 'failed', failure });
      throw failure;
    }
  };
}

function write(log: Log, call: Call, ending: { readonly outcome: Outcome; readonly ms: number }): void {
  const { outcome } = ending;
  const fields = { requestId: call.id, ms: Math.round(ending.ms) };
  if (outcome.kind !== 'failed') {
    log.debug(`call ${outcome.kind}`, fields);
    return;
  }
  const told = { ...fields, kind: outcome.failure.kind, status: outcome.failure.status };
  if (outcome.failure.traits.fault === 'gateway') {
    log.error('call failed by our own fault', { ...told, cause: causeOf(outcome.failure) });
    return;
  }
  log.debug('call failed', told);
}

function causeOf(failure: Failure): unknown {
  return failure.details.cause ?? failure;
}
