import { Failure } from '../core/failure.ts';
import type { Json } from '../core/json.ts';
import type { KnownModel } from '../core/model-facts.ts';
import type { Clock, InboundResponse } from '../core/ports.ts';
import { type ModelListing, type ModelPage, readModels } from '../providers/model-listing.ts';
import type { ConfiguredProvider } from '../providers/provider.ts';
import { modelPattern } from './model-pattern.ts';

/** What a provider lists, or why that is not known, in a sentence without a secret. */
export type ModelsAnswer = { readonly models: readonly KnownModel[] } | { readonly problem: string };

export interface Asking {
  readonly clock: Clock;
  /** How long the whole list may take. */
  readonly patienceMs: number;
}

/** No vendor's list is longer. */
const longestBytes = 16 * 1024 * 1024;
const mostPages = 20;

/** Asks a provider for its models, page by page. Never throws. */
export async function askForModels(provider: ConfiguredProvider, { clock, patienceMs }: Asking): Promise<ModelsAnswer> {
  const listing = provider.kind.models;
  if (listing === undefined) return { problem: `${provider.name} has no list of models.` };
  const controller = new AbortController();
  const cancel = clock.after(patienceMs, () => controller.abort());
  try {
    return { models: await allPages(provider, listing, controller.signal) };
  } catch (thrown) {
    if (controller.signal.aborted) return { problem: `${provider.name} did not answer within ${patienceMs} ms.` };
    return { problem: thrown instanceof Failure ? provider.scrub(thrown.message) : `${provider.name} answered oddly.` };
  } finally {
    cancel();
  }
}

async function allPages(
  provider: ConfiguredProvider,
  listing: ModelListing,
  signal: AbortSignal,
): Promise<readonly KnownModel[]> {
  const models = new Map<string, KnownModel>();
  let next: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const read = await onePage(provider, { listing, next }, signal);
    for (const model of read.models) models.set(model.id, named(model, listing));
    if (read.next === undefined || read.next === next) break;
    next = read.next;
  }
  return [...models.values()];
}

async function onePage(
  provider: ConfiguredProvider,
  { listing, next }: { readonly listing: ModelListing; readonly next: string | undefined },
  signal: AbortSignal,
): Promise<ModelPage> {
  const { 'content-type': _, ...headers } = provider.headers;
  const answer = await provider.http.send({
    method: 'GET',
    url: provider.baseUrl + listing.path + query(listing, next),
    headers: {
      accept: 'application/json',
      ...listing.headers,
      ...headers,
      ...(await provider.signer?.headers(signal)),
    },
    signal,
  });
  if (answer.status !== 200) {
    answer.pieces().cancel();
    throw new Failure(
      'provider-refused',
      `${provider.name} answered the question for its models with ${answer.status}.`,
    );
  }
  const page = readModels(listing, await jsonOf(answer));
  if (page === undefined) throw new Failure('provider-garbled', `${provider.name} answered with no list of models.`);
  return page;
}

function query({ path, after }: ModelListing, next: string | undefined): string {
  if (after === undefined || next === undefined) return '';
  return `${path.includes('?') ? '&' : '?'}${after}=${encodeURIComponent(next)}`;
}

async function jsonOf(answer: InboundResponse): Promise<Json> {
  const text = new TextDecoder().decode(await answer.bytes(longestBytes));
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What is asked of a model goes by its name where its entry does not say. */
function named(model: KnownModel, { names = [] }: ModelListing): KnownModel {
  if (model.operations !== undefined) return model;
  const found = names.find(({ match }) => modelPattern(match).matches(model.id));
  return found === undefined ? model : { ...model, operations: found.operations };
}
