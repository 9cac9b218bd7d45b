import { isJsonObject, type Json } from '../../core/json.ts';
import type { Part, RefusalPart, TextPart } from '../../core/message.ts';
import { reportUnsaid, unsayable } from '../carrying.ts';
import { elements, type Field, required, text } from '../field.ts';
import { at, mistyped, type Reading, type Writing } from '../place.ts';
import { cacheBreakpoint } from './cache-control.ts';
import { opaque, shape, unwrapped } from './carry.ts';
import { citation } from './citations.ts';
import { readDocument, writeFile } from './documents.ts';
import { readImage, writeImage } from './images.ts';
import { replayable } from './replayable.ts';
import { readRedacted, readThinking, writeThoughts } from './thoughts.ts';
import { readToolUse, toolResult, writeToolUse } from './tool-use.ts';

/** One block of a content, in requests and answers alike. One of an unknown type is carried as it is. */
export function readBlock(found: Json, place: Reading): Part {
  if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
  const type = found['type'];
  if (typeof type !== 'string') throw mistyped(at(place, 'type'), 'a string', type);
  switch (type) {
    case 'text':
      return { type: 'text', ...textShape.decode(found, place) };
    case 'image':
      return readImage(found, place);
    case 'document':
      return readDocument(found, place);
    case 'tool_use':
      return readToolUse(found, place);
    case 'tool_result':
      return result.read(found, place, 0);
    case 'thinking':
      return readThinking(found, place);
    case 'redacted_thinking':
      return readRedacted(found, place);
    default:
      return opaque(found);
  }
}

/** Undefined: there is no way to say it, and the loss was told. */
export function writeBlock(part: Part, place: Writing): Json | undefined {
  switch (part.type) {
    case 'text':
      reportUnsaid(part, ['signature'], place);
      return textShape.encode(part, place);
    case 'image':
      return writeImage(part, place);
    case 'file':
      return writeFile(part, place);
    case 'reasoning':
      return writeThoughts(part, place);
    case 'tool-call':
      return writeToolUse(part, place);
    case 'tool-result':
      return result.write(part, place);
    case 'refusal':
      return writeRefusal(part, place);
    case 'audio':
      return unsayable(place, 'unsupported');
    case 'custom-call':
      return unsayable(place, 'no-custom-tools');
    case 'opaque':
      return unwrapped(part, place);
  }
}

/** Only a history has results of tools. */
const result = toolResult({
  read: readBlock,
  write(part, place) {
    const told = replayable(part, place);
    return told === undefined ? undefined : writeBlock(told, place);
  },
});

/** Text that is nothing or only space is noted: the vendor refuses it in a history, where others allow it. */
const said: Field<string> = {
  ...text('text'),
  read(found, place, path) {
    const read = text('text').read(found, place, path);
    return read === undefined || read.value.trim() !== '' ? read : { ...read, spelled: 'blank' };
  },
};

const textShape = shape<Pick<TextPart, 'text' | 'citations' | 'cacheBreakpoint'>>(
  { text: required(said), citations: elements('citations', citation), cacheBreakpoint },
  { type: 'text' },
);

/** There is no block for a refusal; its words are kept. */
function writeRefusal(part: RefusalPart, place: Writing): Json {
  place.lost({ path: place.path, why: 'as-text' });
  reportUnsaid(part, ['signature'], place);
  return textShape.encode({ ...part, text: part.text }, place);
}
