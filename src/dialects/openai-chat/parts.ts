import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { AudioPart, FilePart, ImagePart, Part, RefusalPart, Source, TextPart } from '../../core/message.ts';
import { reportUnsaid, unsayable } from '../carrying.ts';
import { type Element, type Field, required, text } from '../field.ts';
import { mistyped, type Reading, type Writing } from '../place.ts';
import { cacheBreakpoint, vendorCacheBreakpoint } from './cache-breakpoint.ts';
import { marked, opaque, shape, spelled, unwrapped } from './carry.ts';
import { readThinking, thinkingMember, writeThinking } from './reasoning.ts';
import { sourceOfFileData, sourceOfUrl, urlOf } from './source.ts';

/** One element of a `content` array. One of an unknown type is carried as it is. */
export const contentPart: Element<Part> = {
  read(found, place) {
    if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
    const type = found['type'];
    if (typeof type !== 'string') throw mistyped({ ...place, path: `${place.path}.type` }, 'a string', type);
    switch (type) {
      case 'text':
        return { type: 'text', ...textShape.decode(found, place) };
      case 'image_url':
        return { type: 'image', ...imageShape.decode(found, place) };
      case 'file':
        return isJsonObject(found['file']) && !hasFile(found['file']) ? opaque(found) : readFile(found, place);
      case 'document_url':
        return marked({ type: 'file', ...documentShape.decode(found, place) } as const, 'form', 'document_url');
      case 'input_audio':
        return audioOf(audioShape.decode(found, place));
      case 'refusal':
        return marked({ type: 'refusal', ...refusalShape.decode(found, place) } as const, 'field', 'content');
      case 'thinking':
        return readThinking(found, place) ?? opaque(found);
      default:
        return opaque(found);
    }
  },
  write(part, place) {
    switch (part.type) {
      case 'text':
        reportUnsaid(part, ['signature', 'citations'], place);
        return textShape.encode(part, place);
      case 'image':
        reportUnsaid(part, ['signature'], place);
        return part.source.kind === 'file' ? unsayable(place, 'no-image-file') : imageShape.encode(part, place);
      case 'file':
        return writeFile(part, place);
      case 'audio':
        return writeAudio(part, place);
      case 'refusal':
        reportUnsaid(part, ['signature'], place);
        return refusalShape.encode(part, place);
      case 'reasoning':
        return writeThinking(part, place);
      case 'opaque':
        return unwrapped(part, place);
      case 'tool-call':
      case 'custom-call':
      case 'tool-result':
        return unsayable(place, 'misplaced');
    }
  },
};

/** Where a member of a part stands within its element of a content. */
export function partMember(part: Part, member: string): string | undefined {
  switch (part.type) {
    case 'text':
      return textShape.where(part, member);
    case 'image':
      return imageShape.where(part, member);
    case 'file':
      return (spelled(part, 'form') === 'document_url' ? documentShape : fileShape).where(part, member);
    case 'audio':
      return inputMembers[member];
    case 'refusal':
      return refusalShape.where(part, member);
    case 'reasoning':
      return thinkingMember(part, member);
    default:
      return undefined;
  }
}

const inputMembers: Readonly<Record<string, string>> = {
  source: 'input_audio.data',
  cacheBreakpoint: 'prompt_cache_breakpoint',
};

const textShape = shape<Omit<TextPart, 'type' | 'signature' | 'citations' | 'extras' | 'spelling'>>(
  { text: required(text('text')), cacheBreakpoint },
  { type: 'text' },
);

const refusalShape = shape<Omit<RefusalPart, 'type' | 'signature' | 'extras' | 'spelling'>>(
  { text: required(text('refusal')), cacheBreakpoint: vendorCacheBreakpoint },
  { type: 'refusal' },
);

const imageSource: Field<Source> = {
  path: 'image_url.url',
  // Mistral takes, and old clients send, the bare URL.
  aliases: ['image_url'],
  expected: 'a string',
  read(found, place) {
    if (typeof found === 'string') return { value: sourceOfUrl(found) };
    if (isJsonObject(found)) return undefined;
    throw mistyped(place, 'a string', found);
  },
  write: urlOf,
};

const imageShape = shape<Omit<ImagePart, 'type' | 'signature' | 'extras' | 'spelling'>>(
  { source: required(imageSource), detail: text('image_url.detail'), cacheBreakpoint },
  { type: 'image_url' },
);

const fileSource: Field<Source> = {
  path: 'file.file_data',
  aliases: ['file.file_id'],
  pathFor: (source) => (source.kind === 'file' ? 'file.file_id' : 'file.file_data'),
  expected: 'a string',
  read(found, place, path) {
    if (typeof found !== 'string') throw mistyped(place, 'a string', found);
    if (path === 'file.file_id') return { value: { kind: 'file', id: found } };
    const value = sourceOfFileData(found);
    return value.kind === 'url' ? { value, spelled: 'url' } : { value };
  },
  write: urlOf,
};

const fileShape = shape<Omit<FilePart, 'type' | 'signature' | 'extras' | 'spelling'>>(
  { source: required(fileSource), name: text('file.filename'), cacheBreakpoint },
  { type: 'file' },
);

function readFile(found: JsonObject, place: Reading): FilePart {
  const file: FilePart = { type: 'file', ...fileShape.decode(found, place) };
  return marked(file, 'name', file.name === undefined && file.source.kind === 'base64' ? 'absent' : undefined);
}

/** OpenAI refuses bytes without a file name, and goes by its ending. */
function namedFile(part: FilePart): FilePart {
  const { source, name } = part;
  if (name !== undefined || source.kind !== 'base64' || spelled(part, 'name') === 'absent') return part;
  return { ...part, name: `document${endings[source.mediaType ?? ''] ?? ''}` };
}

const endings: Readonly<Record<string, string>> = {
  'application/pdf': '.pdf',
  'application/json': '.json',
  'text/csv': '.csv',
  'text/html': '.html',
  'text/markdown': '.md',
  'text/plain': '.txt',
  'text/xml': '.xml',
};

const documentSource: Field<Source> = {
  path: 'document_url',
  expected: 'a string',
  read(found, place) {
    if (typeof found !== 'string') throw mistyped(place, 'a string', found);
    return { value: sourceOfUrl(found) };
  },
  write: urlOf,
};

/** Mistral's: https://docs.mistral.ai/capabilities/document_ai/document_qna */
const documentShape = shape<Omit<FilePart, 'type' | 'signature' | 'extras' | 'spelling'>>(
  { source: required(documentSource), name: text('document_name'), cacheBreakpoint },
  { type: 'document_url' },
);

interface InputAudio extends Pick<AudioPart, 'cacheBreakpoint'> {
  readonly base64: string;
  readonly format?: string;
}

const audioShape = shape<InputAudio>(
  { base64: required(text('input_audio.data')), format: text('input_audio.format'), cacheBreakpoint },
  { type: 'input_audio' },
);

/** Media types that OpenAI knows by another name. */
const audioFormats: Readonly<Record<string, string>> = { mpeg: 'mp3', 'x-wav': 'wav', wave: 'wav' };

function hasFile(file: { readonly [member: string]: Json }): boolean {
  return (file['file_data'] ?? file['file_id'] ?? null) !== null;
}

function audioOf({ base64, format, ...rest }: InputAudio): AudioPart {
  const source: Source =
    format === undefined ? { kind: 'base64', base64 } : { kind: 'base64', mediaType: `audio/${format}`, base64 };
  return { type: 'audio', source, ...rest };
}

function writeAudio({ source, ...part }: AudioPart, place: Writing): Json | undefined {
  if (source.kind !== 'base64') return unsayable(place, `no-audio-${source.kind}`);
  reportUnsaid(part, ['signature', 'id', 'transcript', 'expiresAt'], place);
  const format = source.mediaType?.replace(/^audio\//, '');
  const { type: _, ...rest } = part;
  return audioShape.encode(
    { ...rest, base64: source.base64, ...(format !== undefined && { format: audioFormats[format] ?? format }) },
    place,
  );
}

function writeFile(part: FilePart, place: Writing): Json | undefined {
  reportUnsaid(part, ['signature'], place);
  if (spelled(part, 'form') === 'document_url' && part.source.kind !== 'file') return documentShape.encode(part, place);
  // OpenAI takes no URL here; only who wrote one may have it again, for the vendors that do.
  if (part.source.kind === 'url' && spelled(part, 'source') !== 'url') return unsayable(place, 'no-file-url');
  return fileShape.encode(namedFile(part), place);
}
