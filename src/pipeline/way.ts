import type { Call, Target } from '../core/call.ts';
import type { Envelope } from '../core/envelope.ts';
import type { DialectName } from '../core/payload.ts';
import type { Way } from '../policies/hold-bound.ts';
import type { ConfiguredProvider } from '../providers/provider.ts';
import { offerOf } from './dispatch.ts';
import { traitsOf } from './translation/target-traits.ts';

/** What of a call decides how it goes. */
export type Wayfaring = Pick<Call, 'dialect' | 'operation'> & {
  readonly target: Target;
  readonly envelope: Pick<Envelope, 'choices'>;
};

/** Tells how calls go to their targets, as far as that decides what they cost. What is the same for many is looked up once. */
export function waysTo(providers: ReadonlyMap<string, ConfiguredProvider>): (call: Wayfaring) => Way {
  const known = new WeakMap<Target, Map<DialectName, Usual>>();
  return (call) => {
    const { target, dialect, envelope } = call;
    const ways = known.get(target) ?? new Map<DialectName, Usual>();
    const usual = ways.get(dialect) ?? usualWay(providers, call);
    ways.set(dialect, usual);
    known.set(target, ways);
    if (!usual.isSeparate || envelope.choices === 1) return usual.way;
    return { ...usual.way, calls: envelope.choices };
  };
}

interface Usual {
  readonly way: Way;
  /** Each alternative is a call of its own. */
  readonly isSeparate: boolean;
}

function usualWay(providers: ReadonlyMap<string, ConfiguredProvider>, call: Wayfaring): Usual {
  const { offer } = offerOf(providers, call);
  const { imageTokens, oneChoice, cachesWhenAsked } = traitsOf(offer, call.target);
  const isForeign = offer.dialect.name !== call.dialect && call.operation === 'chat';
  return {
    way: {
      calls: 1,
      ...(imageTokens === undefined ? {} : { imageTokens }),
      ...(cachesWhenAsked === undefined ? {} : { cachesWhenAsked }),
    },
    isSeparate: isForeign && oneChoice === true,
  };
}
