import type { Call, RateLimited, Received, Targeted } from '../core/call.ts';
import { Failure } from '../core/failure.ts';
import type { Loss } from '../core/loss.ts';
import type { OperationName, RequestOf } from '../core/operation.ts';
import type { WireBody } from '../core/payload.ts';
import type { FetchMedia } from '../core/ports.ts';
import type { Emulation } from '../core/reply.ts';
import type { Dialect, Splices } from '../dialects/dialect.ts';
import type { ModelTraits } from '../providers/model-traits.ts';
import type { ConfiguredProvider, Offer } from '../providers/provider.ts';
import type { AnswerEdit } from './translation/answer-edit.ts';
import { fetchedOnce } from './translation/fetched-once.ts';
import { type Fitted, fitted, refitted } from './translation/fit.ts';
import { fetchable, inline } from './translation/inline.ts';
import { formerPath } from './translation/located.ts';
import { limitHeader, loweredLimit, loweredTo } from './translation/lowered-limit.ts';
import { carriesSeal } from './translation/seal.ts';
import { traitsOf } from './translation/target-traits.ts';
import { orphanResult } from './translation/tool-results.ts';
import { unsealed } from './translation/unseal.ts';

/** What is needed of a call to prepare what will be sent; nothing of it is changed or written down. */
export type Preparable = Pick<Call, 'operation' | 'dialect' | 'signal'> &
  Pick<Received, 'envelope' | 'payload'> &
  RateLimited &
  Targeted;

export interface PrepareTools {
  /** Every dialect that a caller may speak. */
  readonly dialects: readonly Dialect[];
}

export interface SendTools extends PrepareTools {
  readonly fetchMedia: FetchMedia;
}

/** Who is to be asked, and through which of its doors. */
export interface Asking {
  readonly provider: Pick<ConfiguredProvider, 'name' | 'baseUrl' | 'deployments'>;
  readonly offer: Offer;
}

/** A request as it would be sent, and what became of the caller's on the way. Paths are in the caller's own request. */
export interface Prepared {
  readonly url: string;
  /** All but the provider's own, which hold its credential. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: WireBody;
  /** The caller's own bytes, but for the permitted splices. */
  readonly passedThrough: boolean;
  readonly traits: ModelTraits;
  readonly lost: readonly Loss[];
  readonly emulated: readonly Emulation[];
  /** The URLs that would have been fetched, had it been prepared to be sent. */
  readonly wouldFetch?: readonly string[];
  /** Headers of ours on the answer. */
  readonly answerHeaders: Readonly<Record<string, string>>;
  /** How many times it is to be asked, each answer being one alternative. */
  readonly calls: number;
  /** What must be undone in the answer. */
  readonly edits: readonly AnswerEdit[];
}

/**
 * The request as the target will read it: the caller's own bytes but for the permitted splices where both speak the same
 * dialect and nothing in it must be read; else opened, fitted to what the model takes, and spelled anew, with the bytes of
 * media that the target does not fetch for itself.
 */
export async function prepare(call: Preparable, asking: Asking, tools: SendTools): Promise<Prepared> {
  const way = wayOf(call, asking, tools);
  return finished(
    call,
    asking,
    way.translated === undefined ? way.wire : await fetched(call, asking, { ...way, tools }),
  );
}

/** The same for somebody who only wants to see it: nothing is fetched. */
export function prepareUnfetched(call: Preparable, asking: Asking, tools: PrepareTools): Prepared {
  const { translated, wire } = wayOf(call, asking, tools);
  if (translated === undefined) return finished(call, asking, wire);
  const { inline: kinds = [] } = translated.traits;
  const wouldFetch = 'messages' in translated.request ? fetchable(translated.request, kinds) : [];
  const isSame = wire !== undefined && wouldFetch.length === 0;
  return { ...finished(call, asking, isSame ? wire : spelled(call, asking, translated)), wouldFetch };
}

/** How a call may go: in its own bytes, translated, or in its own bytes if nothing has to be fetched for it. */
type Way =
  | { readonly wire: Spelled; readonly translated?: undefined }
  | { readonly wire?: Spelled; readonly translated: Translated };

function wayOf(call: Preparable, { offer }: Asking, tools: PrepareTools): Way {
  const traits = traitsOf(offer, call.target);
  const { wire } = call.payload;
  // What carries a seal is never passed through unread.
  const isSame = wire?.dialect === offer.dialect.name;
  const passes = isSame && !(offer.dialect.seals !== undefined && carriesSeal(wire.body.bytes));
  const answerHeaders = limitHeader(loweredLimit(call));
  const same: { readonly wire?: Spelled } = passes
    ? { wire: { ...unchanged, body: wire.body, traits, answerHeaders } }
    : {};
  const mayFetch = traits.inline !== undefined && call.envelope.unmeasured.length > 0;
  if (same.wire !== undefined && !mayFetch) return { wire: same.wire };
  return { ...same, translated: translated(call, { offer }, { traits, tools }) };
}

interface Fetching {
  readonly wire?: Spelled;
  readonly translated: Translated;
  readonly tools: SendTools;
}

async function fetched(call: Preparable, asking: Asking, { wire, translated, tools }: Fetching): Promise<Spelled> {
  const { traits, request, locate } = translated;
  if (traits.inline === undefined || !('messages' in request)) return spelled(call, asking, translated);
  const fetching = { fetchMedia: fetchedOnce(call.payload, tools.fetchMedia), signal: call.signal };
  const inlined = await inline(request, traits.inline, fetching).catch((thrown: unknown) => {
    throw located(thrown, locate);
  });
  if (wire !== undefined && inlined.request === call.payload.value) return wire;
  const brought = inlined.fetched.map((path) => ({ path, how: 'fetched' }));
  const emulated = [...translated.emulated, ...brought];
  return spelled(call, asking, { ...translated, request: inlined.request, emulated });
}

/** The same failure, at its place in the caller's own request. */
function located(thrown: unknown, locate: Translated['locate']): unknown {
  if (!(thrown instanceof Failure) || thrown.details.param === undefined) return thrown;
  return new Failure(thrown.kind, thrown.message, { ...thrown.details, param: locate(thrown.details.param) });
}

/** A request in words that the target takes, not yet spelled. */
interface Translated extends Omit<Fitted, 'request'> {
  readonly request: RequestOf<OperationName>;
  readonly traits: ModelTraits;
  /** At their places in the caller's request. */
  readonly lost: readonly Loss[];
  /** A path in canonical members of this request as it stands in the caller's. */
  locate(path: string): string;
}

function translated(
  call: Preparable,
  { offer }: Pick<Asking, 'offer'>,
  { traits, tools }: { readonly traits: ModelTraits; readonly tools: PrepareTools },
): Translated {
  const { name } = offer.dialect;
  const { value } = call.payload;
  const caller = tools.dialects.find((dialect) => dialect.name === call.dialect);
  const inCallers = (path: string): string => caller?.request.locate(value, path) ?? path;
  // What is no conversation has nothing to open, and nothing that models take or refuse.
  if (!('messages' in value)) return { ...asAsked, request: value, traits, lost: [], locate: inCallers };
  const lost: Loss[] = [];
  const origin = { provider: call.target.provider, dialect: name };
  const { pastReasoning } = traits;
  const unsealing = { caller: call.dialect, target: origin, ...(pastReasoning && { pastReasoning }) };
  const { request, sources } = unsealed(value, unsealing, ({ path, why }) => {
    lost.push({ path: inCallers(path), why });
  });
  const isForeign = call.dialect !== name;
  const fitting = isForeign && call.operation === 'chat' ? fitted : refitted;
  const fitLosses: Loss[] = [];
  const limit = loweredLimit(call);
  const wanted = limit === undefined ? request : loweredTo(request, limit);
  const fit = fitting(wanted, { traits, dialect: name }, (loss) => void fitLosses.push(loss));
  const origins = { parts: sources, ...(fit.tools !== undefined && { tools: fit.tools }) };
  const locate = (path: string): string => inCallers(formerPath(path, origins));
  lost.push(...fitLosses.map(({ path, why }) => ({ path: locate(path), why })));
  const orphan = isForeign ? orphanResult(request) : undefined;
  if (orphan !== undefined) throw withoutCall(orphan.callId, locate(orphan.path));
  return { ...fit, headers: { ...limitHeader(limit), ...fit.headers }, traits, lost, locate };
}

const asAsked = { emulated: [], headers: {}, edits: [], calls: 1 } as const;

function withoutCall(callId: string, param: string): Failure {
  const id = JSON.stringify(callId.slice(0, 100));
  return new Failure(
    'request-invalid',
    `No tool call ${id} stands before its result at '${param}'; send the assistant's turn with that call as well.`,
    { param },
  );
}

interface Spelled extends Omit<Prepared, 'url' | 'headers'> {
  /** A member of what was spelled as it stands in the caller's request; the same if absent. */
  readonly inCallers?: (member: string) => string;
}

const unchanged = { passedThrough: true, lost: [], emulated: [], calls: 1, edits: [] } as const;

function spelled(call: Preparable, { offer }: Asking, translated: Translated): Spelled {
  const { request, traits, locate, emulated, headers, calls, edits } = translated;
  const lost = [...translated.lost];
  const body = offer.dialect.request.encode({ ...request, model: call.target.model }, ({ path, why }) => {
    lost.push({ path: locate(path), why });
  });
  return {
    body,
    passedThrough: false,
    traits,
    lost,
    emulated: emulated.map(({ path, how }) => ({ path: locate(path), how })),
    answerHeaders: headers,
    calls,
    edits,
    inCallers: (member) => locate(canonicalMember(offer.dialect, request, member) ?? member),
  };
}

/** Which canonical member of a request a dialect spells so. */
function canonicalMember(
  { request: codec }: Dialect,
  request: RequestOf<OperationName>,
  wire: string,
): string | undefined {
  return Object.keys(request).find((member) => codec.locate(request, member) === wire);
}

function finished(call: Preparable, { offer, provider }: Asking, { inCallers, ...spelled }: Spelled): Prepared {
  const lost = [...spelled.lost];
  const called = provider.deployments?.get(call.target.model);
  const own = splicesFor(call, offer, spelled);
  const splices = called === undefined ? own : { ...own, model: called };
  const body =
    Object.keys(splices).length === 0
      ? spelled.body
      : offer.dialect.request.splice(spelled.body, splices, ({ path, why }) => {
          if (offer.adjust?.already?.includes(path) !== true) lost.push({ path: inCallers?.(path) ?? path, why });
        });
  return {
    ...spelled,
    url: provider.baseUrl + pathFor(offer.path, called ?? call.target.model),
    headers: body.headers === undefined ? plainHeaders : { ...plainHeaders, ...body.headers },
    body,
    lost,
  };
}

const plainHeaders: Readonly<Record<string, string>> = Object.freeze({ 'content-type': 'application/json' });

function pathFor(path: string, model: string): string {
  if (!path.includes('{model}')) return path;
  // Two dots would be taken for the way up.
  if (/^\.{1,2}$/.test(model))
    throw new Failure('model-unknown', `There is no model ${JSON.stringify(model)} there.`, { param: 'model' });
  return path.replace('{model}', () => encodeURIComponent(model));
}

/** What was spelled anew names its model and its limit already. */
function splicesFor(call: Preparable, { adjust }: Offer, { passedThrough }: Spelled): Splices {
  const { envelope, target } = call;
  const limit = passedThrough ? loweredLimit(call) : undefined;
  const { without, already } = adjust ?? {};
  const refused = already === undefined ? without : [...(without ?? []), ...already];
  const splices: { -readonly [Name in keyof Splices]: Splices[Name] } = {};
  if (passedThrough) splices.model = target.model;
  if (limit !== undefined) splices.maxOutputTokens = limit;
  if (envelope.stream && adjust?.usageUnasked !== true) splices.streamUsage = true;
  if (refused !== undefined) splices.without = refused;
  if (adjust?.renamed !== undefined) splices.renamed = adjust.renamed;
  return splices;
}
