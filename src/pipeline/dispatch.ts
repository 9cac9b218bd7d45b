import type { Attempt, Call, Handler, Metered, Received, Targeted } from '../core/call.ts';
import { Failure } from '../core/failure.ts';
import type { InboundResponse } from '../core/ports.ts';
import type { Origin } from '../core/reply.ts';
import type { ConfiguredProvider, Offer } from '../providers/provider.ts';
import { outbound } from './outbound.ts';
import { refusal } from './refusal.ts';
import { streamReply } from './stream-reply.ts';
import { wholeReply } from './whole-reply.ts';

/** What a call carries when it reaches the innermost step. */
export type Dispatchable = Call & Metered & Received & Targeted;

/** The innermost step: asks one target once, and answers with what it says or a `Failure` that says why not. */
export function dispatch(providers: ReadonlyMap<string, ConfiguredProvider>): Handler<Dispatchable> {
  return async (call) => {
    const { provider, offer } = offerOf(providers, call);
    const { body, lost } = outbound(call, offer);
    const attempt = call.journal.begin(call.target);
    try {
      const answer = await provider.http.send({
        method: 'POST',
        url: provider.baseUrl + offer.path,
        headers: headersFor(call, provider),
        body: body.bytes,
        signal: call.signal,
      });
      attempt.answered(headOf(answer));
      if (answer.status !== 200) throw await refusal(answer, { offer, provider });
      const origin = { ...originOf(call, attempt), lost };
      if (call.envelope.stream) return await streamReply(answer, { call, offer, provider, origin });
      return await wholeReply(answer, { call, offer, provider, origin });
    } catch (thrown) {
      if (thrown instanceof Failure) attempt.failed(thrown);
      throw thrown;
    }
  };
}

/** What reading an answer needs to know of the question. */
export interface Asked {
  readonly call: Dispatchable;
  readonly offer: Offer;
  readonly provider: ConfiguredProvider;
  readonly origin: Origin;
}

function offerOf(
  providers: ReadonlyMap<string, ConfiguredProvider>,
  { target, operation, dialect }: Dispatchable,
): { readonly provider: ConfiguredProvider; readonly offer: Offer } {
  const provider = providers.get(target.provider);
  const offers: readonly Offer[] = provider?.kind.operations[operation] ?? [];
  const offer = offers.find((one) => one.dialect.name === dialect) ?? offers[0];
  if (provider === undefined || offer === undefined) {
    throw new Failure('operation-unsupported', `${target.provider} does not offer ${operation}; choose another model.`);
  }
  return { provider, offer };
}

/** Nothing of the caller's own headers goes out: only ours, the provider's signature and, to the sandbox, its parameters. */
function headersFor({ wishes }: Dispatchable, { headers, kind }: ConfiguredProvider): Readonly<Record<string, string>> {
  if (wishes.sandbox === undefined || kind.builtIn !== true) return headers;
  return { ...headers, 'x-trestle-sandbox': wishes.sandbox };
}

function headOf({ status, headers }: InboundResponse): { readonly status: number; readonly requestId?: string } {
  const requestId = headers.get('x-request-id');
  return requestId === null ? { status } : { status, requestId: requestId.slice(0, 200) };
}

function originOf({ target }: Dispatchable, { number }: Attempt): Omit<Origin, 'lost'> {
  return { provider: target.provider, model: target.model, attempts: number, emulated: [], headers: {} };
}
