import type { Source } from '../../core/message.ts';

const dataUrl = /^data:([^,;]+);base64,/;

/** A URL, or the bytes within it. */
export function sourceOfUrl(url: string): Source {
  const match = dataUrl.exec(url);
  if (match === null) return { kind: 'url', url };
  return { kind: 'base64', mediaType: match[1] ?? '', base64: url.slice(match[0].length) };
}

/** The bytes of a file: a data URL, as vendors also write it a plain URL, or bare base64. */
export function sourceOfFileData(data: string): Source {
  const source = sourceOfUrl(data);
  return source.kind === 'base64' || /^https?:\/\//i.test(data) ? source : { kind: 'base64', base64: data };
}

/** A source as one string; bare base64 if nobody knows what it is. */
export function urlOf(source: Source): string {
  if (source.kind === 'url') return source.url;
  if (source.kind === 'file') return source.id;
  return source.mediaType === undefined ? source.base64 : `data:${source.mediaType};base64,${source.base64}`;
}
