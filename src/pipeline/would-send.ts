import type { Received } from '../core/call.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { type DispatchTools, offerOf } from './dispatch.ts';
import { strictRefusal } from './outbound.ts';
import { type Preparable, type Prepared, prepareUnfetched } from './prepare.ts';

/** A call as far as it goes without anybody being asked. */
export type Explainable = Preparable & Pick<Received, 'wishes'>;

/** What would be sent to a call's target. */
export interface WouldSend extends Pick<Prepared, 'url' | 'body' | 'passedThrough' | 'lost' | 'emulated' | 'calls'> {
  readonly dialect: Dialect;
  /** The values of the provider's own are hidden: they may be secret. */
  readonly headers: Readonly<Record<string, string>>;
  /** URLs whose bytes would be sent along. */
  readonly wouldFetch: readonly string[];
}

/** Goes the way of a call up to the moment of sending. Throws what the call would be refused with. */
export function wouldSend(call: Explainable, tools: Omit<DispatchTools, 'fetchMedia'>): WouldSend {
  const { provider, offer } = offerOf(tools.providers, call);
  const { headers, wouldFetch = [], ...prepared } = prepareUnfetched(call, { provider, offer }, tools);
  if (prepared.lost.length > 0 && call.wishes.strict) throw strictRefusal(prepared.lost, provider.name);
  const own = [...Object.keys(provider.headers), ...(provider.signer?.names ?? [])].filter(
    (name) => name !== 'content-type',
  );
  return {
    ...prepared,
    dialect: offer.dialect,
    headers: { ...headers, ...Object.fromEntries(own.map((name) => [name, '***'])) },
    wouldFetch,
  };
}
