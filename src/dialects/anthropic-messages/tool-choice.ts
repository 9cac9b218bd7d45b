import type { Carried } from '../../core/carried.ts';
import type { ChatRequest } from '../../core/chat.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { ToolChoice } from '../../core/tool.ts';
import { unsayable } from '../carrying.ts';
import { type Field, flag, required, text } from '../field.ts';
import { mistyped, type Reading, type Writing } from '../place.ts';
import { opaque, shape, unwrapped } from './carry.ts';

/** What may be called and how many at once, which one member says together. */
export type Choosing = Pick<ChatRequest, 'toolChoice' | 'parallelToolCalls'>;

/** `tool_choice`. A form that we do not know is carried whole. */
export const choosing: Field<Choosing> = {
  path: 'tool_choice',
  expected: 'an object',
  read(found, place) {
    if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
    return { value: readChoice(found, place) };
  },
  write: (value, place) => writeChoice(value, { ...place, path: 'toolChoice' }),
};

interface Parallel {
  readonly parallelToolCalls?: boolean;
}

const oneAtATime = flag('disable_parallel_tool_use');

const parallelToolCalls: Field<boolean> = {
  ...oneAtATime,
  read(found, place, path) {
    const read = oneAtATime.read(found, place, path);
    return read && { value: !read.value };
  },
  write: (value) => !value,
};

const shapes = {
  auto: shape<Parallel>({ parallelToolCalls }, { type: 'auto' }),
  any: shape<Parallel>({ parallelToolCalls }, { type: 'any' }),
  tool: shape<Parallel & { readonly name: string }>(
    { parallelToolCalls, name: required(text('name')) },
    { type: 'tool' },
  ),
  none: shape<object>({}, { type: 'none' }),
};

function readChoice(found: JsonObject, place: Reading): Choosing {
  switch (found['type']) {
    case 'auto':
      return chosen({ type: 'auto' }, shapes.auto.decode(found, place));
    case 'any':
      return chosen({ type: 'required' }, shapes.any.decode(found, place));
    case 'tool': {
      const { name, ...rest } = shapes.tool.decode(found, place);
      return chosen({ type: 'named', tool: { type: 'function', name } }, rest);
    }
    case 'none':
      return chosen({ type: 'none' }, shapes.none.decode(found, place));
    default:
      return { toolChoice: opaque(found) };
  }
}

function chosen(choice: ToolChoice, { parallelToolCalls: parallel, ...carried }: Parallel & Carried): Choosing {
  return { toolChoice: { ...choice, ...carried }, ...(parallel !== undefined && { parallelToolCalls: parallel }) };
}

function writeChoice({ toolChoice, parallelToolCalls: parallel }: Choosing, place: Writing): Json | undefined {
  // Several at once is what the vendor does unasked.
  const choice: ToolChoice | undefined = toolChoice ?? (parallel === false ? { type: 'auto' } : undefined);
  if (choice === undefined) return undefined;
  const said = { ...choice, ...(parallel !== undefined && { parallelToolCalls: parallel }) };
  switch (said.type) {
    case 'auto':
      return shapes.auto.encode(said, place);
    case 'required':
      return shapes.any.encode(said, place);
    case 'allowed':
      return said.required ? shapes.any.encode(said, place) : shapes.auto.encode(said, place);
    case 'named':
      return said.tool.type === 'custom'
        ? unsayable(place, 'no-custom-tools')
        : shapes.tool.encode({ ...said, name: said.tool.name }, place);
    case 'none':
      return shapes.none.encode(said, place);
    case 'opaque':
      return unwrapped(said, place);
  }
}
