import { Failure } from '../core/failure.ts';
import type { Json } from '../core/json.ts';
import type { KnownModel } from '../core/model-facts.ts';
import type { Clock, InboundResponse } from '../core/ports.ts';
import { type ModelListing, type ModelPage, readModels } from '../providers/model-listing.ts';
import type { ConfiguredProvider } from '../providers/provider.ts';

/** What a provider lists, or why that is not known, in a sentence without a secret. */
export type ModelsAnswer = { readonly models: readonly KnownModel[] } | NoModels;

export interface NoModels {
  readonly problem: string;
  /** It was answered, by somebody who has no such list. */
  readonly isLacking: boolean;
}

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
  if (listing === undefined) return { problem: `${provider.name} has no list of models.`, isLacking: true };
  const controller = new AbortController();
  const cancel = clock.after(patienceMs, () => controller.abort());
  try {
    return await allPages(provider, listing, controller.signal);
  } catch (thrown) {
    if (controller.signal.aborted)
      return { problem: `${provider.name} did not answer within ${patienceMs} ms.`, isLacking: false };
    const problem = thrown instanceof Failure ? provider.scrub(thrown.message) : `${provider.name} answered oddly.`;
    return { problem, isLacking: false };
  } finally {
    cancel();
  }
}

async function allPages(
  provider: ConfiguredProvider,
  listing: ModelListing,
  signal: AbortSignal,
): Promise<ModelsAnswer> {
  const models = new Map<string, KnownModel>();
  let next: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const read = await onePage(provider, { listing, next }, signal);
    if ('problem' in read) return read;
    for (const model of read.models) models.set(model.id, model);
    if (read.next === undefined || read.next === next) break;
    next = read.next;
  }
  return { models: [...models.values()] };
}

async function onePage(
  provider: ConfiguredProvider,
  { listing, next }: { readonly listing: ModelListing; readonly next: string | undefined },
  signal: AbortSignal,
): Promise<ModelPage | NoModels> {
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
    const problem = `${provider.name} answered the question for its models with ${answer.status}.`;
    return { problem, isLacking: noSuchPath.has(answer.status) };
  }
  const page = readModels(listing, await jsonOf(answer));
  return page ?? { problem: `${provider.name} answered with no list of models.`, isLacking: true };
}

const noSuchPath: ReadonlySet<number> = new Set([404, 405, 501]);

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
