import type { Event } from '../core/event.ts';
import { formatUsd } from '../core/money.ts';
import type { Entry } from './store.ts';

/** What is told of an attempt for which the provider counted more than it was allowed to; undefined for any other. */
export function overrunEvent(entry: Entry): Event | undefined {
  if (entry.settlement !== 'overrun') return undefined;
  const { requestId, attempt, provider, model } = entry;
  return {
    once: `budget.overrun ${requestId} ${attempt}`,
    at: entry.endedAt,
    kind: 'budget.overrun',
    subject: entry.keyId,
    organisationId: entry.organisationId,
    body: {
      request_id: requestId,
      attempt,
      ...(provider === undefined ? {} : { provider }),
      ...(model === undefined ? {} : { model }),
      held_usd: formatUsd(entry.held ?? 0n),
      cost_usd: formatUsd(entry.cost ?? 0n),
      overrun_usd: formatUsd(entry.overrun ?? 0n),
    },
  };
}
