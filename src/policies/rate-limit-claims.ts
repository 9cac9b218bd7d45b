import type { Authenticated, Call, Consumed, Received, Routed, Target } from '../core/call.ts';
import type { Bar, SlotsBar, WindowBar } from './rate-limit-counters.ts';
import type { SlidingWindow } from './sliding-window.ts';
import type { Slots } from './slots.ts';

/** A figure that concerns a call, with the counter that counts it. */
export type Claim = WindowClaim | SlotsClaim;

export interface WindowClaim extends ClaimOf {
  readonly kind: 'window';
  readonly bar: WindowBar;
  readonly counter: SlidingWindow;
}

export interface SlotsClaim extends ClaimOf {
  readonly kind: 'slots';
  readonly bar: SlotsBar;
  readonly counter: Slots;
}

interface ClaimOf {
  /** Only if this one is asked; absent if whoever is asked. */
  readonly target?: Target;
}

export type Limitable = Call & Authenticated & Received & Routed;

/** Every counter that a call would be counted in: one for each of its tags and targets where a rule tells those apart. */
export function claimsOf(bars: readonly Bar[], call: Limitable, now: number): readonly Claim[] {
  const claims: Claim[] = [];
  for (const bar of bars) {
    const { match } = bar.rule;
    if (match.endUser === undefined && match.tag === undefined && match.model === undefined) {
      claims.push(claim(bar, none, now));
      continue;
    }
    for (const user of matching(match.endUser, usersOf(call))) {
      for (const tag of matching(match.tag, call.wishes.tags)) {
        if (match.model === undefined) claims.push(claim(bar, [...user, ...tag], now));
        else
          for (const target of call.plan.targets) {
            for (const model of matching(match.model, [nameOf(target)]))
              claims.push({ ...claim(bar, [...user, ...tag, ...model], now), target });
          }
      }
    }
  }
  return claims;
}

/** What of a call's attempts a claim is about. */
export function concerned({ target }: Claim, consumed: readonly Consumed[]): readonly Consumed[] {
  if (target === undefined) return consumed;
  return consumed.filter(({ provider, model }) => provider === target.provider && model === target.model);
}

const none: readonly string[] = [];
const once: readonly (readonly string[])[] = [none];

/** For each value that a rule is about: what its counter is found by, which is the value itself where the rule says `*`. */
function matching(wanted: string | undefined, values: readonly string[]): readonly (readonly string[])[] {
  if (wanted === undefined) return once;
  if (wanted === '*') return [...new Set(values)].map((value) => [value]);
  return values.includes(wanted) ? once : [];
}

/** As the call's record tells it. */
function usersOf({ wishes, envelope }: Limitable): readonly string[] {
  const user = wishes.endUser ?? envelope.endUser;
  return user === undefined ? none : [user];
}

function nameOf({ provider, model }: Target): string {
  return `${provider}/${model}`;
}

function claim(bar: Bar, values: readonly string[], now: number): Claim {
  return bar.kind === 'slots'
    ? { kind: 'slots', bar, counter: bar.counters.of(values, now) }
    : { kind: 'window', bar, counter: bar.counters.of(values, now) };
}
