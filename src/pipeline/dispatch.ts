import type { Attempt, Call, Handler, Metered, RateLimited, Received, Targeted } from '../core/call.ts';
import { Failure } from '../core/failure.ts';
import type { InboundResponse } from '../core/ports.ts';
import type { Origin, Reply, Sight } from '../core/reply.ts';
import type { ConfiguredProvider, Offer } from '../providers/provider.ts';
import { outbound } from './outbound.ts';
import type { Asking, Prepared, PrepareTools, SendTools } from './prepare.ts';
import { refusal } from './refusal.ts';
import { streamReply } from './stream-reply.ts';
import { type AnswerEdit, composed } from './translation/answer-edit.ts';
import { fanOut } from './translation/fan-out.ts';
import { sealedAnswer } from './translation/sealed-answer.ts';
import { wholeReply } from './whole-reply.ts';

/** What a call carries when it reaches the innermost step. */
export type Dispatchable = Call & Metered & RateLimited & Received & Targeted;

export interface DispatchTools extends SendTools {
  readonly providers: ReadonlyMap<string, ConfiguredProvider>;
}

/** The innermost step: asks one target once, and answers with what it says or a `Failure` that says why not. */
export function dispatch(tools: DispatchTools): Handler<Dispatchable> {
  return async (call) => {
    const { provider, offer } = offerOf(tools.providers, call);
    const prepared = await outbound(call, { provider, offer }, tools);
    const attempt = await call.journal.begin(call.target);
    let seen: Sight | undefined;
    const saw = (sight: Sight): void => {
      seen = sight;
    };
    const edit = editFor(call, offer, { prepared, tools });
    const origin = {
      ...originOf(call, attempt.number, prepared),
      ...(offer.estimator && { estimated: true as const }),
    };
    const asking = { call, offer, provider, origin, edit, prepared, attempt, saw };
    try {
      const { calls } = prepared;
      if (calls === 1) return await ask(asking, call.signal);
      const unseen = { ...asking, saw: () => undefined };
      return await fanOut({ count: calls, signal: call.signal, seen: saw }, (_, signal) => ask(unseen, signal));
    } catch (thrown) {
      if (thrown instanceof Failure) attempt.failed(thrown, seen);
      throw thrown;
    }
  };
}

async function ask(asked: Asked & OnTheWay, signal: AbortSignal): Promise<Reply> {
  const { call, offer, provider, prepared, attempt } = asked;
  const headers = headersFor(call, provider, prepared);
  const answer = await (offer.estimator ?? provider.http).send({
    method: 'POST',
    url: prepared.url,
    headers: provider.signer === undefined ? headers : { ...headers, ...(await provider.signer.headers(signal)) },
    body: prepared.body.bytes,
    signal,
  });
  attempt.answered(headOf(answer, offer));
  if (answer.status !== 200) throw await refusal(answer, { offer, provider });
  return call.envelope.stream ? await streamReply(answer, asked) : await wholeReply(answer, asked);
}

interface OnTheWay {
  readonly prepared: Prepared;
  readonly attempt: Attempt;
}

/** What reading an answer needs to know of the question. */
export interface Asked extends Asking {
  readonly call: Dispatchable;
  readonly provider: ConfiguredProvider;
  readonly origin: Origin;
  /** What to change in the answer; absent if its bytes may go on as they come. */
  readonly edit: AnswerEdit | undefined;
  /** Told of an answer as soon as it was looked at, so that it is charged even if it cannot be used. */
  saw(sight: Sight): void;
}

/** The provider of a call's target, with the offer that is nearest to what the caller speaks. */
export function offerOf(
  providers: ReadonlyMap<string, ConfiguredProvider>,
  { target, operation, dialect }: Pick<Dispatchable, 'target' | 'operation' | 'dialect'>,
): { readonly provider: ConfiguredProvider; readonly offer: Offer } {
  const provider = providers.get(target.provider);
  const offers: readonly Offer[] = provider?.kind.operations[operation] ?? [];
  const offer = offers.find((one) => one.dialect.name === dialect) ?? offers[0];
  if (provider === undefined || offer === undefined) {
    throw new Failure('operation-unsupported', `${target.provider} does not offer ${operation}; choose another model.`);
  }
  return { provider, offer };
}

/**
 * Nothing of the caller's own headers goes out but those that are part of its dialect: only ours, the provider's signature
 * and what its operator wants, and, to the sandbox, its parameters.
 */
function headersFor(
  { wishes }: Dispatchable,
  { headers, kind }: ConfiguredProvider,
  prepared: Prepared,
): Readonly<Record<string, string>> {
  const all = { ...prepared.headers, ...headers };
  if (wishes.sandbox === undefined || kind.builtIn !== true) return all;
  return { ...all, 'x-trestle-sandbox': wishes.sandbox };
}

function headOf(
  { status, headers }: InboundResponse,
  { dialect }: Offer,
): { readonly status: number; readonly requestId?: string } {
  const requestId = headers.get(dialect.requestIdHeader ?? ourRequestId) ?? headers.get(ourRequestId);
  return requestId === null ? { status } : { status, requestId: requestId.slice(0, 200) };
}

const ourRequestId = 'x-request-id';

function originOf({ target }: Dispatchable, attempts: number, prepared: Prepared): Origin {
  const { lost, emulated, answerHeaders: headers } = prepared;
  return { provider: target.provider, model: target.model, attempts, lost, emulated, headers };
}

/** Of another dialect's answer, what its model must see again is wrapped for the caller to hand back. */
function editFor(
  { dialect, target, journal }: Dispatchable,
  offer: Offer,
  { prepared, tools }: { readonly prepared: Prepared; readonly tools: PrepareTools },
): AnswerEdit | undefined {
  const isForeign = offer.dialect.name !== dialect && offer.dialect.operation === 'chat';
  const seals = isForeign ? tools.dialects.find(({ name }) => name === dialect)?.seals : undefined;
  if (seals === undefined) return prepared.edits.length === 0 ? undefined : composed(prepared.edits);
  const origin = { provider: target.provider, dialect: offer.dialect.name };
  return composed([...prepared.edits, sealedAnswer({ origin, seals, lost: journal.answerLost })]);
}
