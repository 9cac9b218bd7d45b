import { Failure } from '../core/failure.ts';
import type { Clock } from '../core/ports.ts';
import type { ModelListing } from './model-listing.ts';
import type { ConfiguredProvider } from './provider.ts';

/** What came of showing a credential to its vendor. */
export interface Probe {
  /** `undecided` if the vendor was reached, but did not say. */
  readonly outcome: 'accepted' | 'refused' | 'unreachable' | 'undecided';
  /** What was seen and what to do. Holds no secret. */
  readonly message: string;
  readonly status?: number;
  readonly latencyMs: number;
}

type Found = Omit<Probe, 'latencyMs'>;

/** How long a vendor may take. */
const patienceMs = 15_000;

/**
 * Shows a provider's credential to its vendor by asking for the list of models, which costs nothing. A list that is given
 * without a credential too says nothing of it. Never throws for what the vendor does.
 */
export async function probe(provider: ConfiguredProvider, clock: Clock): Promise<Probe> {
  const began = clock.monotonic();
  const controller = new AbortController();
  const cancel = clock.after(patienceMs, () => controller.abort());
  try {
    const found = await asked(provider, controller.signal);
    return {
      ...found,
      message: provider.scrub(found.message),
      latencyMs: Math.round(clock.monotonic() - began),
    };
  } finally {
    cancel();
  }
}

async function asked(provider: ConfiguredProvider, signal: AbortSignal): Promise<Found> {
  const { kind } = provider;
  try {
    if (kind.models === undefined) return await reached(provider, signal);
    const asking = { provider, listing: kind.models, signal };
    const status = await statusOf(asking, await signedHeaders(provider, signal));
    return { ...(await judged(asking, status)), status };
  } catch (thrown) {
    if (!(thrown instanceof Failure) && !signal.aborted) throw thrown;
    return unanswered(provider, signal.aborted ? undefined : thrown);
  }
}

/** Where nothing can be asked for free, to have been answered at all is what can be learnt. */
async function reached({ name, baseUrl, http }: ConfiguredProvider, signal: AbortSignal): Promise<Found> {
  const answer = await http.send({ method: 'GET', url: baseUrl, headers: { accept: 'application/json' }, signal });
  answer.pieces().cancel();
  const message = `${name} answers at ${baseUrl}; it has no list of models that could be asked for free, so that its credential was not judged; send one short call to a model of it, and look at its record.`;
  return { outcome: 'undecided', message, status: answer.status };
}

interface Asking {
  readonly provider: ConfiguredProvider;
  readonly listing: ModelListing;
  readonly signal: AbortSignal;
}

async function signedHeaders(
  { headers, signer }: ConfiguredProvider,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { 'content-type': _, ...own } = headers;
  return { ...own, ...(await signer?.headers(signal)) };
}

async function statusOf(
  { provider, listing, signal }: Asking,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const answer = await provider.http.send({
    method: 'GET',
    url: provider.baseUrl + listing.path,
    headers: { accept: 'application/json', ...listing.headers, ...headers },
    signal,
  });
  answer.pieces().cancel();
  return answer.status;
}

async function judged(asking: Asking, status: number): Promise<Found> {
  const { name, kind, baseUrl, headers, signer } = asking.provider;
  const [variable] = kind.auth.environment;
  const places = ['api_key over the API', 'api_key in the file', ...(variable === undefined ? [] : [variable])];
  if (status === 401 || status === 403) {
    const remedy = `look whether it was revoked or copied in part, and set it again where it was set: ${places.join(', or ')}.`;
    return { outcome: 'refused', message: `${name} at ${baseUrl} refuses its credential with ${status}; ${remedy}` };
  }
  if (status === 404 || status === 405) {
    const message = `${name} has nothing at ${baseUrl}${asking.listing.path} (${status}); look at its base_url, or send one short call to a model of it.`;
    return { outcome: 'undecided', message };
  }
  if (status !== 200) {
    const message = `${name} answered ${status}, which says nothing of its credential; try again later.`;
    return { outcome: 'undecided', message };
  }
  if (signer === undefined && Object.keys(headers).length <= 1) {
    return { outcome: 'accepted', message: `${name} answers at ${baseUrl}; it has no credential, and asks for none.` };
  }
  if ((await statusOf(asking, {})) !== 200) return { outcome: 'accepted', message: `${name} takes its credential.` };
  const message = `${name} answers, but gives its list of models to everybody, so that its credential was not judged; send one short call to a model of it.`;
  return { outcome: 'undecided', message };
}

function unanswered({ name, baseUrl }: ConfiguredProvider, thrown: unknown): Found {
  if (thrown instanceof Failure && thrown.kind === 'provider-credential-refused')
    return { outcome: 'refused', message: thrown.message };
  const why = thrown instanceof Failure ? thrown.message : `no answer within ${patienceMs} ms.`;
  return { outcome: 'unreachable', message: `${name} cannot be reached at ${baseUrl}: ${why}` };
}
