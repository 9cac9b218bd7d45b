import type { Opaque } from '../../core/carried.ts';
import { isJsonObject } from '../../core/json.ts';
import type { Citation } from '../../core/message.ts';
import { reportUnsaid } from '../carrying.ts';
import { type Element, required, text } from '../field.ts';
import { extras, marked, opaque, shape, spelled, unwrapped } from './carry.ts';

/** One element of a text's `citations`. Those of places in a document have no URL, and are carried as they are. */
export const citation: Element<Citation | Opaque> = {
  read(found, place) {
    if (!isJsonObject(found) || found['type'] !== kind || typeof found['url'] !== 'string') return opaque(found);
    const read: Citation = { type: 'citation', ...citationShape.decode(found, place) };
    return marked(read, index, typeof found[index] === 'string' ? undefined : 'absent');
  },
  write(one, place) {
    if (one.type === 'opaque') return unwrapped(one, place);
    reportUnsaid(one, ['start', 'end'], place);
    const written = citationShape.encode(one, place);
    return isReplayable(one) ? written : { ...unknown, ...written };
  },
};

/** Whether the vendor would take it in a history: only with the seal that it once set on it. */
export function isReplayable(one: Citation): boolean {
  return typeof extras(one)[index] === 'string' || spelled(one, index) === 'absent';
}

const kind = 'web_search_result_location';
const index = 'encrypted_index';

/** What a citation must have in an answer, where another vendor did not say it. */
const unknown = { cited_text: '', [index]: '', title: null };

const citationShape = shape<Pick<Citation, 'url' | 'title'>>(
  { url: required(text('url')), title: text('title') },
  { type: kind },
);
