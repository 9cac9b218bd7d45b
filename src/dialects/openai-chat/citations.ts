import type { Opaque } from '../../core/carried.ts';
import { isJsonObject } from '../../core/json.ts';
import type { Citation } from '../../core/message.ts';
import { type Element, number, required, text } from '../field.ts';
import { opaque, shape, unwrapped } from './carry.ts';

/** One element of `annotations`. */
export const annotation: Element<Citation | Opaque> = {
  read(found, place) {
    const cited = isJsonObject(found) && found['type'] === 'url_citation' ? found['url_citation'] : undefined;
    if (!isJsonObject(found) || !isJsonObject(cited) || typeof cited['url'] !== 'string') return opaque(found);
    return { type: 'citation', ...citationShape.decode(found, place) };
  },
  write: (citation, place) =>
    citation.type === 'opaque' ? unwrapped(citation, place) : citationShape.encode(citation, place),
};

/** Where a member of a citation stands within its annotation. */
export function citationMember(citation: Citation | Opaque, member: string): string | undefined {
  return citation.type === 'opaque' ? undefined : citationShape.where(citation, member);
}

const citationShape = shape<Omit<Citation, 'type' | 'extras' | 'spelling'>>(
  {
    url: required(text('url_citation.url')),
    title: text('url_citation.title'),
    start: number('url_citation.start_index'),
    end: number('url_citation.end_index'),
  },
  { type: 'url_citation' },
);
