import type { Carried } from '../../core/carried.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { FilePart, Part, Source } from '../../core/message.ts';
import { reportUnsaid, unsayable } from '../carrying.ts';
import { type Field, required, text } from '../field.ts';
import { at, mistyped, type Reading, type Writing } from '../place.ts';
import { cacheBreakpoint } from './cache-control.ts';
import { marked, opaque, shape, spelled } from './carry.ts';
import { writeImage } from './images.ts';
import { mediaTypeOf } from './media-type.ts';
import { base64OfText, textOfBase64 } from './text-bytes.ts';

/** A `document` block. One with a source of an unknown kind, or made of blocks, is carried as it is. */
export function readDocument(found: JsonObject, place: Reading): Part {
  const source = found['source'];
  if (!isJsonObject(source)) throw mistyped(at(place, 'source'), 'an object', source);
  switch (source['type']) {
    case 'base64':
      return bytesOf(forms.base64.decode(found, place), 'base64');
    case 'text': {
      const { text: said, ...rest } = forms.text.decode(found, place);
      const base64 = base64OfText(said);
      return base64 === undefined ? opaque(found) : bytesOf({ ...rest, base64 }, 'text');
    }
    case 'url': {
      const { url, ...rest } = forms.url.decode(found, place);
      return { type: 'file', source: { kind: 'url', url }, ...rest };
    }
    case 'file': {
      const { id, ...rest } = forms.file.decode(found, place);
      return { type: 'file', source: { kind: 'file', id }, ...rest };
    }
    default:
      return opaque(found);
  }
}

/** A file: PDF and text are documents, images are images, and for others there is no block. */
export function writeFile({ source, ...part }: FilePart, place: Writing): JsonObject | undefined {
  reportUnsaid(part, ['signature'], place);
  if (source.kind === 'url') return forms.url.encode({ ...part, url: source.url }, place);
  if (source.kind === 'file') return forms.file.encode({ ...part, id: source.id }, place);
  const form = spelled(part, 'source');
  if (form === 'base64') return forms.base64.encode({ ...part, ...bytes(source) }, place);
  if (form === 'text') return writeText({ ...part, source }, source.mediaType, place);
  const mediaType = mediaTypeOf(source);
  if (mediaType === 'application/pdf') return forms.base64.encode({ ...part, base64: source.base64, mediaType }, place);
  if (mediaType?.startsWith('text/') === true) return writeForeignText({ ...part, source }, mediaType, place);
  if (mediaType?.startsWith('image/') !== true) return unsayable(place, 'unsupported');
  const { name: _, type: __, ...rest } = part;
  reportUnsaid(part, ['name'], place);
  return writeImage({ type: 'image', ...rest, source: { ...source, mediaType } }, place);
}

type Base64 = Extract<Source, { readonly kind: 'base64' }>;

interface Common extends Pick<FilePart, 'name' | 'cacheBreakpoint'> {}

interface Bytes extends Common {
  readonly base64: string;
  readonly mediaType?: string;
}

const common = { name: text('title'), cacheBreakpoint };
const mediaTypeField: Field<string> = text('source.media_type');

const forms = {
  base64: shape<Bytes>(
    { base64: required(text('source.data')), mediaType: mediaTypeField, ...common },
    { type: 'document', 'source.type': 'base64' },
  ),
  text: shape<Common & { readonly text: string; readonly mediaType?: string }>(
    { text: required(text('source.data')), mediaType: mediaTypeField, ...common },
    { type: 'document', 'source.type': 'text' },
  ),
  url: shape<Common & { readonly url: string }>(
    { url: required(text('source.url')), ...common },
    { type: 'document', 'source.type': 'url' },
  ),
  file: shape<Common & { readonly id: string }>(
    { id: required(text('source.file_id')), ...common },
    { type: 'document', 'source.type': 'file' },
  ),
};

/** The form in which bytes of a kind usually stand; of others, the form that they had is noted. */
const usualForms: Readonly<Record<string, string>> = { 'application/pdf': 'base64', 'text/plain': 'text' };

function bytesOf({ base64, mediaType, ...rest }: Bytes & Carried, form: 'base64' | 'text'): FilePart {
  const source = { kind: 'base64', ...(mediaType !== undefined && { mediaType }), base64 } as const;
  const isUsual = mediaType !== undefined && usualForms[mediaType] === form;
  return marked({ type: 'file', source, ...rest } as const, 'source', isUsual ? undefined : form);
}

function bytes({ base64, mediaType }: Base64): Pick<Bytes, 'base64' | 'mediaType'> {
  return mediaType === undefined ? { base64 } : { base64, mediaType };
}

type Text = FilePart & { readonly source: Base64 };

function writeText({ source, ...part }: Text, mediaType: string | undefined, place: Writing): JsonObject | undefined {
  const said = textOfBase64(source.base64);
  if (said === undefined) return unsayable(place, 'no-utf-8');
  return forms.text.encode({ ...part, text: said, ...(mediaType !== undefined && { mediaType }) }, place);
}

/** The vendor takes plain text only; what kind of text it was is lost. */
function writeForeignText(part: Text, mediaType: string, place: Writing): JsonObject | undefined {
  const written = writeText(part, 'text/plain', place);
  if (written !== undefined && mediaType !== 'text/plain') {
    place.lost({ path: at(at(place, 'source'), 'mediaType').path, why: 'plain-text' });
  }
  return written;
}
