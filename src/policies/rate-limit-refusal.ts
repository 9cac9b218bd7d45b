import { Failure } from '../core/failure.ts';
import type { RateLimitName } from '../core/limit.ts';
import type { TellStanding } from '../core/standing.ts';
import type { Claim } from './rate-limit-claims.ts';

/** A figure that a call does not fit into now. */
export interface Lack {
  readonly claim: Claim;
  /** When it would, if nothing else comes, in milliseconds; undefined if never. */
  readonly waitMs: number | undefined;
}

/** The refusal for what a call has to wait for longest. */
export function refusalFor(lacks: readonly [Lack, ...Lack[]], standing: TellStanding | undefined): Failure {
  const worst = lacks.reduce((one, other) => (waitOf(other) > waitOf(one) ? other : one));
  const { claim, waitMs } = worst;
  const isTokens = claim.kind === 'window' && claim.bar.measure.quantity.told === 'tokens';
  const details = {
    type: isTokens ? 'tokens' : 'requests',
    ...(standing && { standing }),
    // Asking again never helps, so nobody is to do it.
    ...(waitMs === undefined ? { retry: 'never' as const } : { retryAfterMs: Math.max(1, Math.ceil(waitMs)) }),
  };
  return new Failure('rate-limited', `${limitWords(claim)}; ${remedy(worst)}.`, details);
}

function waitOf({ waitMs }: Lack): number {
  return waitMs ?? Number.POSITIVE_INFINITY;
}

function limitWords({ bar: { owner, name, limit, rule } }: Claim): string {
  const of = [
    ...(rule.match.endUser === undefined ? [] : ['for this end user']),
    ...(rule.match.tag === undefined ? [] : [`for the tag ${shown(rule.match.tag)}`]),
    ...(rule.match.model === undefined ? [] : [`of ${shown(rule.match.model)}`]),
  ];
  return `The limit of this ${owner.kind}${of.length === 0 ? '' : ` ${of.join(' ')}`} is ${limit} ${units[name]} (${name})`;
}

function shown(value: string): string {
  return value === '*' ? 'in question' : JSON.stringify(value);
}

const units: { readonly [Name in RateLimitName]: string } = {
  requests_per_minute: 'requests in any 60 seconds',
  requests_per_hour: 'requests in any hour',
  requests_per_day: 'requests in any 24 hours',
  tokens_per_minute: 'tokens in any 60 seconds',
  tokens_per_hour: 'tokens in any hour',
  tokens_per_day: 'tokens in any 24 hours',
  images_per_minute: 'images in any 60 seconds',
  images_per_day: 'images in any 24 hours',
  audio_seconds_per_minute: 'seconds of audio in any 60 seconds',
  audio_seconds_per_day: 'seconds of audio in any 24 hours',
  parallel_requests: 'calls at once',
};

function remedy({ claim, waitMs }: Lack): string {
  if (waitMs === undefined) {
    return claim.bar.limit === 0
      ? 'its administrator may permit more'
      : 'this request is larger than that by itself: send less, or ask its administrator for more';
  }
  if (claim.kind === 'slots')
    return `wait until one of those that are open has ended: by how long calls last here, in ${seconds(waitMs)} or so`;
  return `this call fits in ${seconds(waitMs)}`;
}

function seconds(ms: number): string {
  const all = Math.ceil(ms / 1000);
  if (all < 120) return `${all} s`;
  return all < 7200 ? `${Math.ceil(all / 60)} min` : `${Math.ceil(all / 3600)} h`;
}
