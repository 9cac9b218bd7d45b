import { lookup } from 'node:dns/promises';
import { Failure } from '../core/failure.ts';
import { mediaTypes, recognised } from '../core/media-type.ts';
import type { Clock, FetchMedia, Media, MediaKind, OpenPlace, WantedMedia } from '../core/ports.ts';
import { isForeign } from './guarded-address.ts';
import { type PlaceRules, placeOfUrl, type Resolve, usualPorts } from './guarded-place.ts';
import { refused, unsaid } from './guarded-refusal.ts';
import { type GuardedUrl, readUrl, redirected } from './guarded-url.ts';
import { type Visited, type VisitTools, visit } from './guarded-visit.ts';
import { placeOf } from './network-failure.ts';

export interface GuardedMediaOptions {
  readonly clock: Clock;
  /** Places that are open although they are not public; nothing if absent. */
  readonly allow?: readonly OpenPlace[];
  /** Of one medium. 20 971 520 if absent. */
  readonly maxBytes?: number;
  /** From looking up the first host to the last byte behind the last redirect. 10 000 if absent. */
  readonly timeoutMs?: number;
  /** The machine's name service if absent. */
  readonly resolve?: Resolve;
  /** The public network, less this machine's own addresses in it, if absent. */
  readonly isPublic?: (address: string) => boolean;
  /** What is open at every public address: 80 and 443 if absent. */
  readonly ports?: readonly number[];
  /** Certificates to trust instead of the machine's, as PEM. */
  readonly authorities?: readonly string[];
}

/**
 * Fetches what callers name by URL, and no more than that: public places, a few redirects, a plain body of the kind that is wanted.
 * The one way to the network for an address that did not come from the operator.
 */
export function guardedMedia(options: GuardedMediaOptions): FetchMedia {
  const { clock, allow = [], resolve = systemResolve, isPublic = isForeign, ports = usualPorts } = options;
  const { maxBytes = 20_971_520, timeoutMs = 10_000, authorities } = options;
  const tools = {
    clock,
    connectTimeoutMs: Math.min(5_000, timeoutMs),
    ...(authorities === undefined ? {} : { authorities }),
  };
  const rules = { resolve, allow, isPublic, ports };

  return async (text, wanted) => {
    const deadline = new AbortController();
    const leave = (): void => deadline.abort(wanted.signal.reason);
    const untimed = clock.after(timeoutMs, () => deadline.abort(refused(`it took longer than ${timeoutMs} ms`)));
    if (wanted.signal.aborted) leave();
    wanted.signal.addEventListener('abort', leave, { once: true });
    const limits = { signal: deadline.signal, maxBytes: Math.min(maxBytes, wanted.maxBytes ?? maxBytes) };
    try {
      return await journey(text, { ...wanted, ...limits }, { rules, tools });
    } finally {
      untimed();
      wanted.signal.removeEventListener('abort', leave);
    }
  };
}

const mostRedirects = 3;

/** From place to place until one has a body. Each is looked at as if the caller had named it. */
async function journey(
  text: string,
  { kind, signal, maxBytes }: Required<WantedMedia>,
  { rules, tools }: { readonly rules: PlaceRules; readonly tools: VisitTools },
): Promise<Media> {
  const stage: Stage = { kind, redirects: 0, permitted: false };
  try {
    let target = readUrl(text);
    stage.first = target;
    while (stage.redirects <= mostRedirects) {
      const place = await untilAborted(placeOfUrl(target, rules), signal);
      stage.permitted ||= place.permitted;
      const visited = await visit({ place, accept: mediaTypes[kind].join(', '), maxBytes, signal }, tools);
      if (visited.kind === 'body') return medium(visited, kind);
      stage.redirects += 1;
      if (stage.redirects <= mostRedirects) target = redirected(target, visited.location);
    }
    throw refused(`it redirects more than ${mostRedirects} times`);
  } catch (thrown) {
    throw told(thrown, stage);
  }
}

/** How far it came, for the words to the caller. */
interface Stage {
  readonly kind: MediaKind;
  first?: GuardedUrl;
  redirects: number;
  permitted: boolean;
}

function medium({ declared, bytes }: Extract<Visited, { kind: 'body' }>, kind: MediaKind): Media {
  const mediaType = recognised(kind, bytes, declared);
  if (mediaType === undefined) throw refused(`it is none of ${mediaTypes[kind].join(', ')}`);
  return { mediaType, bytes };
}

function told(thrown: unknown, { kind, first, redirects, permitted }: Stage): unknown {
  if (!(thrown instanceof Failure) || thrown.kind !== 'request-invalid') return thrown;
  const where = first === undefined ? `The URL of this ${kind}` : `The ${kind} at ${placeOf(first.url.href)}`;
  const followed = redirects > 0 && redirects <= mostRedirects;
  const why = permitted ? unsaid : `${followed ? 'after a redirect, ' : ''}${thrown.message}`;
  return new Failure('request-invalid', `${where} cannot be fetched: ${why}.`, { cause: thrown });
}

/** A name service cannot be told to stop; it is no longer listened to. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

async function systemResolve(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true, order: 'ipv4first' })).map(({ address }) => address);
}
