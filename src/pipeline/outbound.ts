import type { Call, Metered, RateLimited, Received, Targeted } from '../core/call.ts';
import { Failure } from '../core/failure.ts';
import type { Loss } from '../core/loss.ts';
import { type Asking, type Prepared, prepare, type SendTools } from './prepare.ts';

/** Prepares a request to be sent. What the target has no words for is written into the journal, or refused if the caller is strict. */
export async function outbound(
  call: Call & Metered & RateLimited & Received & Targeted,
  asking: Asking,
  tools: SendTools,
): Promise<Prepared> {
  const prepared = await prepare(call, asking, tools);
  const { lost } = prepared;
  if (lost.length > 0 && call.wishes.strict) throw strictRefusal(lost, call.target.provider);
  for (const loss of lost) call.journal.lost(loss);
  return prepared;
}

/** Why a strict caller is refused. */
export function strictRefusal(losses: readonly Loss[], provider: string): Failure {
  const list = losses.map(({ path, why }) => `${path} (${why})`).join(', ');
  return new Failure(
    'request-lossy',
    `${provider} cannot be told: ${list}. Take it out, choose another model, or call without x-trestle-strict.`,
    { param: losses[0]?.path ?? '' },
  );
}
