import { costOf, isByTime, type Price } from '../core/money.ts';
import { asksUsualTier, serviceTier, type Usage } from '../core/usage.ts';

/** What is known of an attempt beside what it says that it consumed. */
export interface Charging {
  readonly price: Price | undefined;
  /** The request's own word for a tier of service. */
  readonly askedTier: string | undefined;
  /** The answer's. */
  readonly servedTier: string | undefined;
  readonly durationMs: number;
}

/**
 * A usage as it is charged: by the tier that served, and with the time that it took where the price is by time. An answer that
 * does not say who served it is charged at the dearer of the usual tier and the one that was asked for.
 */
export function chargedUsage(usage: Usage, { price, askedTier, servedTier, durationMs }: Charging): Usage {
  const timed =
    price !== undefined && isByTime(price)
      ? { ...usage, units: { ...usage.units, computeSeconds: Math.max(0, Math.round(durationMs)) / 1000 } }
      : usage;
  if (servedTier !== undefined && servedTier !== 'auto') return inTier(timed, serviceTier(servedTier));
  const asked = askedTier === undefined || asksUsualTier(askedTier) ? undefined : serviceTier(askedTier);
  if (asked === undefined || price?.serviceTiers?.[asked] === undefined) return timed;
  const there = inTier(timed, asked);
  return costOf(there, price) > costOf(timed, price) ? there : timed;
}

function inTier(usage: Usage, tier: string | undefined): Usage {
  return tier === undefined ? usage : { ...usage, serviceTier: tier };
}
