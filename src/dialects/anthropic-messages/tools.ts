import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { FunctionTool, Tool, ToolChoice } from '../../core/tool.ts';
import { unsayable } from '../carrying.ts';
import { always, type Element, type Field, flag, object, required, text } from '../field.ts';
import { at, mistyped, type Reading, type Writing } from '../place.ts';
import { cacheBreakpoint } from './cache-control.ts';
import { marked, opaque, shape, spelled, unwrapped } from './carry.ts';

/** One element of `tools`. Those that the vendor runs or knows itself are carried as they are. */
export const tool: Element<Tool> = {
  read(found, place) {
    if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
    const type = found['type'] ?? 'function';
    if (typeof type !== 'string') throw mistyped(at(place, 'type'), 'a string', type);
    if (type === 'custom') return readCustom(found, place);
    return found['type'] === undefined || found['type'] === null ? readFunction(found, place) : opaque(found);
  },
  write(one, place) {
    if (one.type === 'opaque') return unwrapped(one, place);
    if (one.type === 'function') return writeFunction(one, place);
    return unsayable(place, 'no-custom-tools');
  },
};

/** The tools that may be called: where a choice allows only some, the vendor is told of no others. */
export function writeTools(tools: readonly Tool[], choice: ToolChoice | undefined, place: Writing): readonly Json[] {
  const allowed = choice?.type === 'allowed' ? new Set(choice.tools.map(({ name }) => name)) : undefined;
  return tools.flatMap((one, index) => {
    if (allowed !== undefined && one.type !== 'opaque' && !allowed.has(one.name)) return [];
    const written = tool.write(one, at(place, index));
    return written === undefined ? [] : [written];
  });
}

/** A schema of any type of value is said to be one of an object, which is all that the vendor takes. */
const schema: Field<JsonObject> = {
  ...object('input_schema'),
  read(found, place, path) {
    const read = object('input_schema').read(found, place, path);
    return read === undefined || Object.hasOwn(read.value, 'type') ? read : { ...read, spelled: 'untyped' };
  },
  write: (value, _place, word) =>
    word === 'untyped' || Object.hasOwn(value, 'type') ? value : { type: 'object', ...value },
};

const functionShape = shape<Omit<FunctionTool, 'type' | 'extras' | 'spelling'>>({
  name: required(text('name')),
  description: text('description'),
  schema: always(schema, { type: 'object' }),
  strict: flag('strict'),
  cacheBreakpoint,
});

function readFunction(found: JsonObject, place: Reading): FunctionTool {
  return { type: 'function', ...functionShape.decode(found, place) };
}

/** The same with its type said. */
function readCustom({ type: _, ...found }: JsonObject, place: Reading): FunctionTool {
  return marked(readFunction(found, place), 'type', 'custom');
}

function writeFunction(one: FunctionTool, place: Writing): JsonObject {
  const written = functionShape.encode(one, place);
  return spelled(one, 'type') === 'custom' ? { type: 'custom', ...written } : written;
}
