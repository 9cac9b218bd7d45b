import type { Call, Metered, Received, Targeted } from '../core/call.ts';
import { Failure } from '../core/failure.ts';
import type { Loss } from '../core/loss.ts';
import type { WireBody } from '../core/payload.ts';
import type { Splices } from '../dialects/dialect.ts';
import type { Offer } from '../providers/provider.ts';

export interface Outbound {
  readonly body: WireBody;
  readonly lost: readonly Loss[];
}

/**
 * The request as the target will read it: the caller's own bytes but for the permitted splices where both speak the same
 * dialect, else spelled anew. What the target has no words for is written into the journal, or refused if the caller is strict.
 */
export function outbound(call: Call & Metered & Received & Targeted, offer: Offer): Outbound {
  const losses: Loss[] = [];
  const lost = (loss: Loss): void => void losses.push(loss);
  const { dialect } = offer;
  const { wire } = call.payload;
  const spelled =
    wire?.dialect === dialect.name
      ? wire.body
      : dialect.request.encode({ ...call.payload.value, model: call.target.model }, lost);
  const body = dialect.request.splice(spelled, splicesFor(call, offer), lost);
  if (losses.length > 0 && call.wishes.strict) throw strictRefusal(losses, call.target.provider);
  for (const loss of losses) call.journal.lost(loss);
  return { body, lost: losses };
}

function splicesFor({ envelope, target }: Received & Targeted, { adjust }: Offer): Splices {
  return {
    model: target.model,
    ...(envelope.stream && adjust?.usageUnasked !== true ? { streamUsage: true } : {}),
    ...(adjust?.without === undefined ? {} : { without: adjust.without }),
    ...(adjust?.renamed === undefined ? {} : { renamed: adjust.renamed }),
  };
}

function strictRefusal(losses: readonly Loss[], provider: string): Failure {
  const list = losses.map(({ path, why }) => `${path} (${why})`).join(', ');
  return new Failure(
    'request-lossy',
    `${provider} cannot be told: ${list}. Take it out, choose another model, or call without x-trestle-strict.`,
    { param: losses[0]?.path ?? '' },
  );
}
