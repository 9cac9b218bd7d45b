import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { Part, ToolCallPart, ToolResultPart } from '../../core/message.ts';
import { reportUnsaid } from '../carrying.ts';
import { type Element, type Field, flag, otherwise, required, text } from '../field.ts';
import { jsonIn } from '../json-text.ts';
import { mistyped, type Reading, type Writing } from '../place.ts';
import { cacheBreakpoint } from './cache-control.ts';
import { shape } from './carry.ts';
import { contentAt } from './content.ts';

/** A `tool_use` block. */
export function readToolUse(found: JsonObject, place: Reading): ToolCallPart {
  return { type: 'tool-call', ...useShape.decode(found, place) };
}

export function writeToolUse(part: ToolCallPart, place: Writing): JsonObject {
  reportUnsaid(part, ['signature'], place);
  return useShape.encode(part, place);
}

/** The form of a `tool_result` block, which holds blocks itself. */
export function toolResult(block: Element<Part>): Element<ToolResultPart> {
  const resultShape = shape<Pick<ToolResultPart, 'callId' | 'parts' | 'isError' | 'cacheBreakpoint'>>(
    {
      callId: required(idAt('tool_use_id')),
      parts: otherwise(contentAt('content', block), []),
      isError: flag('is_error'),
      cacheBreakpoint,
    },
    { type: 'tool_result' },
  );
  return {
    read: (found, place) => {
      if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
      return { type: 'tool-result', ...resultShape.decode(found, place) };
    },
    write(part, place) {
      reportUnsaid(part, ['name', 'signature'], place);
      return resultShape.encode(part, place);
    },
  };
}

/** An id of a call. The vendor takes few characters in it; the same id always becomes the same one. */
function idAt(path: string): Field<string> {
  return {
    ...text(path),
    read(found, place, where) {
      const read = text(path).read(found, place, where);
      return read === undefined || plainId.test(read.value) ? read : { ...read, spelled: 'as-is' };
    },
    write: (value, _place, spelled) => (spelled === 'as-is' ? value : value.replace(oddCharacter, escaped)),
  };
}

const plainId = /^[\w-]+$/;
const oddCharacter = /[^\w-]/gu;

function escaped(character: string): string {
  return `_x${(character.codePointAt(0) ?? 0).toString(16)}`;
}

/** An object; the JSON that it stands for is kept as text. */
const input: Field<string> = {
  path: 'input',
  expected: 'an object',
  read(found, place) {
    if (isJsonObject(found)) return { value: JSON.stringify(found) };
    if (place.of === 'answer') return undefined;
    throw mistyped(place, 'an object', found);
  },
  write(value, place) {
    if (value === '') return {};
    const found = jsonIn(value);
    if (isJsonObject(found)) return found;
    place.lost({ path: place.path, why: 'no-json-object' });
    return {};
  },
};

const useShape = shape<Pick<ToolCallPart, 'id' | 'name' | 'arguments' | 'cacheBreakpoint'>>(
  {
    id: required(idAt('id')),
    name: required(text('name')),
    arguments: otherwise(input, ''),
    cacheBreakpoint,
  },
  { type: 'tool_use' },
);
