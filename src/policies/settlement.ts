import type { NanoUsd } from '../core/money.ts';
import type { Sight } from '../core/reply.ts';
import type { Entry, Hold, Holds } from '../store/store.ts';
import type { Charge } from './charge.ts';

/** Money held for an attempt, with the bounds by which it was. */
export interface Held {
  readonly holds: Pick<Holds, 'release' | 'lower' | 'checkpoint'>;
  readonly hold: Hold;
  /** The most tokens that were to go in, and to come out of all alternatives together. */
  readonly input: number;
  readonly output: number;
  /** How many times its request is sent, each answer being one alternative. */
  readonly calls: number;
  /** What it consumed once it was sent, by our own count. */
  readonly sent: { readonly tokens: number; readonly cost: NanoUsd };
}

/** What an attempt is charged, and how its hold ended. */
export type Settled = Charge & Pick<Entry, 'heldAt' | 'held' | 'settlement' | 'overrun'>;

/**
 * A charge as the hold bears it: never more than was held. What a provider counts beyond that is told apart, if it can be true; it is
 * spent all the same.
 */
export function settled(charge: Charge, { hold, input, output }: Held, sight: Sight | undefined): Settled {
  const { usage, basis, cost, flags } = charge;
  const { placedAt: heldAt, amount: held } = hold;
  if (cost === undefined) return { usage, basis, flags, heldAt, held, settlement: 'settled' };
  const settlement = basis === 'none' ? 'voided' : 'settled';
  if (cost <= held) return { usage, basis, cost, flags, heldAt, held, settlement };
  if (basis === 'estimated') return { usage, basis, cost: held, flags, heldAt, held, settlement };
  const isTrue = isBelievable(charge, { input, output, produced: sight?.producedBytes ?? 0 });
  const told = [...flags, 'overrun', ...(isTrue || flags.includes('usage-invalid') ? [] : ['usage-invalid'])];
  const excess = isTrue ? { overrun: cost - held } : {};
  return { usage, basis, cost: held, ...excess, flags: told, heldAt, held, settlement: 'overrun' };
}

/** How many times what it was allowed a provider may say it did, and be believed. */
const mostTimes = 10;

interface Allowed {
  readonly input: number;
  readonly output: number;
  readonly produced: number;
}

function isBelievable({ usage }: Charge, { input, output, produced }: Allowed): boolean {
  const { tokens } = usage;
  const written = (tokens.output ?? 0) + (tokens.reasoning ?? 0) + (tokens.audioOutput ?? 0);
  const read =
    (tokens.input ?? 0) +
    (tokens.cachedInput ?? 0) +
    (tokens.cacheWrite ?? 0) +
    (tokens.cacheWriteHour ?? 0) +
    (tokens.audioInput ?? 0);
  return (written <= output * mostTimes || written <= produced) && read <= input * mostTimes;
}
