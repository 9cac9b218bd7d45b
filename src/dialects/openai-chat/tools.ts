import { isJsonObject } from '../../core/json.ts';
import type { CustomTool, FunctionTool, Tool } from '../../core/tool.ts';
import { type Element, type Field, flag, object, required, text } from '../field.ts';
import { mistyped } from '../place.ts';
import { vendorCacheBreakpoint } from './cache-breakpoint.ts';
import { opaque, shape, unwrapped } from './carry.ts';

/** One element of `tools`. One of an unknown type, which the vendor runs itself, is carried as it is. */
export const tool: Element<Tool> = {
  read(found, place) {
    if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
    // Mistral's own clients leave the type out.
    const type = found['type'] ?? (isJsonObject(found['function']) ? 'function' : undefined);
    if (typeof type !== 'string') throw mistyped({ ...place, path: `${place.path}.type` }, 'a string', type);
    if (type === 'function') return { type, ...functionShape.decode(found, place) };
    if (type === 'custom') return { type, ...customShape.decode(found, place) };
    return opaque(found);
  },
  write(value, place) {
    if (value.type === 'function') return functionShape.encode(value, place);
    if (value.type === 'custom') return customShape.encode(value, place);
    return unwrapped(value, place);
  },
};

/** Where a member of a tool stands within it. */
export function toolMember(value: Tool, member: string): string | undefined {
  if (value.type === 'function') return functionShape.where(value, member);
  return value.type === 'custom' ? customShape.where(value, member) : undefined;
}

const functionShape = shape<Omit<FunctionTool, 'type' | 'extras' | 'spelling'>>(
  {
    name: required(text('function.name')),
    description: text('function.description'),
    schema: object('function.parameters'),
    strict: flag('function.strict'),
    cacheBreakpoint: vendorCacheBreakpoint,
  },
  { type: 'function' },
);

type Grammar = Exclude<CustomTool['grammar'], undefined>;

const grammar: Field<Grammar> = {
  path: 'custom.format',
  expected: 'an object',
  read(found) {
    if (!isJsonObject(found) || found['type'] !== 'grammar' || Object.keys(found).length !== 2) return undefined;
    const inner = found['grammar'];
    if (!isJsonObject(inner) || Object.keys(inner).length !== 2) return undefined;
    const { syntax, definition } = inner;
    if (typeof syntax !== 'string' || typeof definition !== 'string') return undefined;
    return { value: { syntax, definition } };
  },
  write: ({ syntax, definition }) => ({ type: 'grammar', grammar: { syntax, definition } }),
};

const customShape = shape<Omit<CustomTool, 'type' | 'extras' | 'spelling'>>(
  {
    name: required(text('custom.name')),
    description: text('custom.description'),
    grammar,
    cacheBreakpoint: vendorCacheBreakpoint,
  },
  { type: 'custom' },
);
