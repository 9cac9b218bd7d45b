import { isJsonObject, type Json } from '../../core/json.ts';
import type { CustomCallPart, Part, ToolCallPart } from '../../core/message.ts';
import { reportUnsaid, unsayable } from '../carrying.ts';
import { type Element, type Field, otherwise, required, text } from '../field.ts';
import { jsonIn } from '../json-text.ts';
import { mistyped, type Writing } from '../place.ts';
import { vendorCacheBreakpoint } from './cache-breakpoint.ts';
import { opaque, shape, unwrapped } from './carry.ts';

/** One element of `tool_calls`. One of an unknown type is carried as it is. */
export const toolCall: Element<Part> = {
  read(found, place) {
    if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
    const type = found['type'] ?? (isJsonObject(found['function']) ? 'function' : undefined);
    if (type === 'function') return { type: 'tool-call', ...callShape.decode(found, place) };
    if (type === 'custom') return { type: 'custom-call', ...customShape.decode(found, place) };
    return opaque(found, 'tool_calls');
  },
  write(part, place) {
    if (part.type === 'tool-call') return callShape.encode(part, place);
    if (part.type === 'custom-call') return writeCustom(part, place);
    if (part.type === 'opaque') return unwrapped(part, place);
    return unsayable(place, 'misplaced');
  },
};

/** Where a member of a call stands within its element of `tool_calls`. */
export function callMember(part: Part, member: string): string | undefined {
  if (part.type === 'tool-call') return callShape.where(part, member);
  return part.type === 'custom-call' ? customShape.where(part, member) : undefined;
}

/** Where Google's compatible endpoint keeps a call's signature: https://ai.google.dev/gemini-api/docs/thought-signatures */
export const signaturePath = 'extra_content.google.thought_signature';

const id: Field<string> = {
  path: 'id',
  expected: 'a string',
  read(found, place) {
    if (typeof found === 'string') return { value: found };
    if (typeof found === 'number') return { value: String(found), spelled: 'number' };
    throw mistyped(place, 'a string', found);
  },
  write: (value, _place, word) => (word === 'number' && String(Number(value)) === value ? Number(value) : value),
};

/** A string of JSON; some vendors (TGI, Ollama) send the object itself. */
const argumentsText: Field<string> = {
  path: 'function.arguments',
  expected: 'a string',
  read(found, place) {
    if (typeof found === 'string') return { value: found };
    if (isJsonObject(found)) return { value: JSON.stringify(found), spelled: 'object' };
    throw mistyped(place, 'a string', found);
  },
  write: (value, _place, word) => (word === 'object' ? argumentsObject(value) : value),
};

/** Arguments as the object that they say, as vendors write them who send no text; the text itself if it says none. */
export function argumentsObject(text: string): Json {
  const said = jsonIn(text);
  return isJsonObject(said) ? said : text;
}

/** Where streams need it; some vendors number whole calls as well. */
const numbering = ['index'];

const callShape = shape<Omit<ToolCallPart, 'type' | 'extras' | 'spelling'>>(
  {
    id: otherwise(id, ''),
    name: required(text('function.name')),
    arguments: otherwise(argumentsText, ''),
    signature: text(signaturePath),
    cacheBreakpoint: vendorCacheBreakpoint,
  },
  { type: 'function' },
  numbering,
);

const customShape = shape<Pick<CustomCallPart, 'id' | 'name' | 'input'>>(
  { id: otherwise(id, ''), name: required(text('custom.name')), input: otherwise(text('custom.input'), '') },
  { type: 'custom' },
  numbering,
);

function writeCustom(part: CustomCallPart, place: Writing): Json {
  reportUnsaid(part, ['signature', 'cacheBreakpoint'], place);
  return customShape.encode(part, place);
}
