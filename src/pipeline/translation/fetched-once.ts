import type { FetchMedia } from '../../core/ports.ts';

type Media = Awaited<ReturnType<FetchMedia>>;

/** What was brought for a request, as long as that lives: by kind and URL. */
const brought = new WeakMap<object, Map<string, Media>>();

/** Brings each medium of a request once, however often and whoever is asked with it. What could not be brought is tried again. */
export function fetchedOnce(request: object, fetchMedia: FetchMedia): FetchMedia {
  const known = brought.get(request) ?? new Map<string, Media>();
  brought.set(request, known);
  return async (url, wanted) => {
    const key = `${wanted.kind} ${url}`;
    const media = known.get(key) ?? (await fetchMedia(url, wanted));
    known.set(key, media);
    return media;
  };
}
