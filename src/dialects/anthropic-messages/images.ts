import type { Carried } from '../../core/carried.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { ImagePart, Part } from '../../core/message.ts';
import { reportUnsaid } from '../carrying.ts';
import { required, text } from '../field.ts';
import { at, mistyped, type Reading, type Writing } from '../place.ts';
import { cacheBreakpoint } from './cache-control.ts';
import { marked, opaque, shape, spelled } from './carry.ts';
import { mediaTypeOf } from './media-type.ts';

/** An `image` block. One with a source of an unknown kind is carried as it is. */
export function readImage(found: JsonObject, place: Reading): Part {
  const source = found['source'];
  if (!isJsonObject(source)) throw mistyped(at(place, 'source'), 'an object', source);
  switch (source['type']) {
    case 'base64':
      return bytesOf(forms.base64.decode(found, place));
    case 'url': {
      const { url, ...rest } = forms.url.decode(found, place);
      return { type: 'image', source: { kind: 'url', url }, ...rest };
    }
    case 'file': {
      const { id, ...rest } = forms.file.decode(found, place);
      return { type: 'image', source: { kind: 'file', id }, ...rest };
    }
    default:
      return opaque(found);
  }
}

export function writeImage({ source, ...part }: ImagePart, place: Writing): JsonObject {
  // To look as closely as it sees fit is what the vendor does.
  reportUnsaid(part, part.detail === 'auto' ? ['signature'] : ['detail', 'signature'], place);
  switch (source.kind) {
    case 'base64': {
      const mediaType = spelled(part, 'source') === 'as-is' ? source.mediaType : mediaTypeOf(source);
      const typed = mediaType === undefined ? {} : { mediaType };
      return forms.base64.encode({ ...part, base64: source.base64, ...typed }, place);
    }
    case 'url':
      return forms.url.encode({ ...part, url: source.url }, place);
    case 'file':
      return forms.file.encode({ ...part, id: source.id }, place);
  }
}

interface Bytes extends Pick<ImagePart, 'cacheBreakpoint'> {
  readonly base64: string;
  readonly mediaType?: string;
}

const forms = {
  base64: shape<Bytes>(
    { base64: required(text('source.data')), mediaType: text('source.media_type'), cacheBreakpoint },
    { type: 'image', 'source.type': 'base64' },
  ),
  url: shape<{ readonly url: string } & Pick<ImagePart, 'cacheBreakpoint'>>(
    { url: required(text('source.url')), cacheBreakpoint },
    { type: 'image', 'source.type': 'url' },
  ),
  file: shape<{ readonly id: string } & Pick<ImagePart, 'cacheBreakpoint'>>(
    { id: required(text('source.file_id')), cacheBreakpoint },
    { type: 'image', 'source.type': 'file' },
  ),
};

function bytesOf({ base64, mediaType, ...rest }: Bytes & Carried): ImagePart {
  const source = { kind: 'base64', ...(mediaType !== undefined && { mediaType }), base64 } as const;
  const isUsual = mediaType !== undefined && mediaTypeOf(source) === mediaType;
  return marked({ type: 'image', source, ...rest } as const, 'source', isUsual ? undefined : 'as-is');
}
