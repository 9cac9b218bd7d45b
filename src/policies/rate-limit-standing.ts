import type { Standing, StandingWith } from '../core/standing.ts';
import type { Claim, WindowClaim } from './rate-limit-claims.ts';

/** A moment on both clocks. */
export interface Moment {
  readonly now: number;
  readonly wall: number;
}

/** Where a caller stands with what limits it: of each kind the one with the least left, and of those the one that lasts longest. */
export function standingOf(claims: readonly Claim[], moment: Moment): Standing {
  let requests: StandingWith | undefined;
  let tokens: StandingWith | undefined;
  for (const claim of claims) {
    if (claim.kind === 'slots' || !claim.bar.isHard) continue;
    const { told } = claim.bar.measure.quantity;
    if (told === 'requests') requests = tighter(requests, standingWith(claim, moment));
    else if (told === 'tokens') tokens = tighter(tokens, standingWith(claim, moment));
  }
  return { ...(requests && { requests }), ...(tokens && { tokens }) };
}

/** Whether there is anything to tell. */
export function isTold({ kind, bar }: Claim): boolean {
  return kind === 'window' && bar.isHard && bar.measure.quantity.told !== undefined;
}

function standingWith({ bar: { limit }, counter }: WindowClaim, { now, wall }: Moment): StandingWith {
  const remaining = Math.max(0, Math.floor(limit - counter.taken(now)));
  const resetMs = counter.emptyIn(now);
  return { limit, remaining, resetMs, resetAt: wall + resetMs };
}

function tighter(one: StandingWith | undefined, other: StandingWith): StandingWith {
  if (one === undefined || other.remaining < one.remaining) return other;
  return other.remaining === one.remaining && other.resetMs > one.resetMs ? other : one;
}
