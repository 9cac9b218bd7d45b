import type { ChatRequest } from '../../core/chat.ts';
import { Failure } from '../../core/failure.ts';
import type { AudioPart, FilePart, ImagePart, Message, Part, Source } from '../../core/message.ts';
import type { FetchMedia, MediaKind } from '../../core/ports.ts';
import { sourceOfDataUrl } from './data-url.ts';

export interface InlineTools {
  readonly fetchMedia: FetchMedia;
  readonly signal: AbortSignal;
}

export interface Inlined {
  readonly request: ChatRequest;
  /** Where the parts stood whose bytes were brought, as canonical paths in their order. */
  readonly fetched: readonly string[];
}

/**
 * Puts bytes in the place of URLs, for a target that takes media of these kinds in no other way; within results of tools too.
 * All else stays as it is, and a request without such URLs is the very same one. A URL that cannot be fetched, or is one too many,
 * is a `request-invalid` at the part's path.
 */
export async function inline(
  request: ChatRequest,
  kinds: readonly MediaKind[],
  { fetchMedia, signal }: InlineTools,
): Promise<Inlined> {
  const places = request.messages.flatMap((message, at) => placesIn(message, { path: `messages[${at}]`, kinds }));
  if (places.length === 0) return { request, fetched: [] };
  const brought = await allBrought(errandsFor(places), { fetchMedia, signal });
  const sourceOf = (part: MediaPart): Source => brought.get(errandKey(part)) ?? part.source;
  return {
    request: { ...request, messages: request.messages.map((message) => refilled(message, { kinds, sourceOf })) },
    fetched: places.filter(({ part }) => !isDataUrl(part.source.url)).map(({ path }) => path),
  };
}

/** The URLs that would be fetched for it. */
export function fetchable(request: ChatRequest, kinds: readonly MediaKind[]): readonly string[] {
  const places = request.messages.flatMap((message) => placesIn(message, { path: '', kinds }));
  return [...new Set(places.map(({ part }) => part.source.url).filter((url) => !isDataUrl(url)))];
}

/** Of all different URLs of a call. */
const mostMedia = 20;
/** As much as the body of a request may have unless configured otherwise. */
const mostBytes = 33_554_432;
const atOnce = 4;

type MediaPart = ImagePart | FilePart | AudioPart;
type UrlPart = MediaPart & { readonly source: Extract<Source, { kind: 'url' }> };

interface Place {
  readonly part: UrlPart;
  readonly path: string;
}

interface Searched {
  readonly path: string;
  readonly kinds: readonly MediaKind[];
}

function placesIn(holder: Message | Part, { path, kinds }: Searched): readonly Place[] {
  if (holder.type === 'message' || holder.type === 'tool-result') {
    return holder.parts.flatMap((part, at) => placesIn(part, { path: `${path}.parts[${at}]`, kinds }));
  }
  return isWanted(holder, kinds) ? [{ part: holder, path }] : [];
}

function isWanted(part: Message | Part, kinds: readonly MediaKind[]): part is UrlPart {
  const media = part.type === 'image' || part.type === 'file' || part.type === 'audio';
  return media && kinds.includes(part.type) && part.source.kind === 'url';
}

function isDataUrl(url: string): boolean {
  return /^data:/i.test(url);
}

/** The same URL is fetched once, however often it stands in a conversation. */
function errandsFor(places: readonly Place[]): readonly Place[] {
  const errands = new Map<string, Place>();
  for (const place of places) {
    if (!errands.has(errandKey(place.part))) errands.set(errandKey(place.part), place);
    if (errands.size > mostMedia) {
      throw refused(place, `More than ${mostMedia} media are named by URL; send the others as base64.`);
    }
  }
  return [...errands.values()];
}

function errandKey({ type, source }: MediaPart): string {
  return source.kind === 'url' ? `${type} ${source.url}` : '';
}

/** A few at a time; the first that fails ends the others. */
async function allBrought(
  errands: readonly Place[],
  { fetchMedia, signal }: InlineTools,
): Promise<ReadonlyMap<string, Source>> {
  const brought = new Map<string, Source>();
  const all = new AbortController();
  const leave = (): void => all.abort(signal.reason);
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  const waiting = errands.values();
  let room = mostBytes;
  const run = async (): Promise<void> => {
    for (const place of waiting) {
      all.signal.throwIfAborted();
      const { source, bytes } = await sourceAt(place, { fetchMedia, signal: all.signal, room });
      room -= bytes;
      if (room < 0) throw refused(place, `The media of this request are more than ${mostBytes} bytes together.`);
      brought.set(errandKey(place.part), source);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, errands.length) }, run));
    return brought;
  } catch (thrown) {
    all.abort(thrown);
    throw thrown;
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

interface Bringing extends InlineTools {
  /** How many bytes more. */
  readonly room: number;
}

async function sourceAt(
  place: Place,
  { fetchMedia, signal, room }: Bringing,
): Promise<{ readonly source: Source; readonly bytes: number }> {
  const { type: kind, source } = place.part;
  try {
    if (isDataUrl(source.url)) return sourceOfDataUrl(source.url, room);
    const { mediaType, bytes } = await fetchMedia(source.url, { kind, signal, maxBytes: room });
    return { source: { kind: 'base64', mediaType, base64: bytes.toBase64() }, bytes: bytes.length };
  } catch (thrown) {
    throw thrown instanceof Failure && thrown.kind === 'request-invalid' ? at(place, thrown) : thrown;
  }
}

function at({ path }: Place, { message, details }: Failure): Failure {
  return new Failure('request-invalid', message, { ...details, param: path });
}

function refused({ path }: Place, sentence: string): Failure {
  return new Failure('request-invalid', sentence, { param: path });
}

interface Refilling {
  readonly kinds: readonly MediaKind[];
  readonly sourceOf: (part: MediaPart) => Source;
}

function refilled<Holder extends Message | Part>(holder: Holder, filling: Refilling): Holder {
  if (holder.type === 'message' || holder.type === 'tool-result') {
    if (placesIn(holder, { path: '', kinds: filling.kinds }).length === 0) return holder;
    return { ...holder, parts: holder.parts.map((part) => refilled(part, filling)) };
  }
  return isWanted(holder, filling.kinds) ? { ...holder, source: filling.sourceOf(holder) } : holder;
}
