import { z } from 'zod';
import type { RequestRecord } from '../store/store.ts';
import { requestShape, spellRequest } from './request-shape.ts';

/**
 * A call as whoever made it may see it: what it asked, what became of it and what it costs. What is between the operator and the
 * provider stays there: statuses and ids of the provider, what it says that it charges, and marks for the operator alone. A field
 * that is not named here is not told.
 */
export const ownRequestShape = z
  .object({
    ...requestShape.pick({
      id: true,
      created_at: true,
      dialect: true,
      operation: true,
      stream: true,
      requested_model: true,
      model: true,
      provider: true,
      status: true,
      outcome: true,
      failure: true,
      cost_usd: true,
      overrun_usd: true,
      latency_ms: true,
      first_byte_ms: true,
      attempts: true,
      lost: true,
      flags: true,
      tags: true,
      end_user: true,
      metadata: true,
    }).shape,
    usage: requestShape.shape.usage.pick({ tokens: true, units: true, service_tier: true, basis: true }),
  })
  .meta({ title: 'OwnRequest' });

/** How sure count and cost are. */
const toldFlags = new Set(['count-estimated', 'overrun', 'price-unknown', 'usage-estimated', 'usage-invalid']);

export function spellOwnRequest(record: RequestRecord): z.output<typeof ownRequestShape> {
  const told = spellRequest({ ...record, flags: record.flags.filter((flag) => toldFlags.has(flag)) });
  return ownRequestShape.parse(told);
}
