import type { OutputFormat } from '../../core/chat.ts';
import { isJsonObject } from '../../core/json.ts';
import { always, type Field, flag, object, text } from '../field.ts';
import { at, mistyped } from '../place.ts';
import { opaque, shape, unwrapped } from './carry.ts';

/** `response_format`. One of an unknown type is carried as it is. */
export const outputFormat: Field<OutputFormat> = {
  path: 'response_format',
  expected: 'an object',
  read(found, place) {
    if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
    const type = found['type'];
    if (typeof type !== 'string') throw mistyped(at(place, 'type'), 'a string', type);
    if (type === 'text') return { value: { type, ...textShape.decode(found, place) } };
    if (type === 'json_object') return { value: { type: 'json', ...jsonShape.decode(found, place) } };
    if (type !== 'json_schema') return { value: opaque(found) };
    if (!isJsonObject(found['json_schema']))
      throw mistyped(at(place, 'json_schema'), 'an object', found['json_schema']);
    return { value: { type: 'json-schema', ...schemaShape.decode(found, place) } };
  },
  write(format, place) {
    if (format.type === 'text') return textShape.encode(format, place);
    if (format.type === 'json') return jsonShape.encode(format, place);
    return format.type === 'json-schema' ? schemaShape.encode(format, place) : unwrapped(format, place);
  },
};

/** Where a member of a format stands within it. */
export function outputMember(format: OutputFormat, member: string): string | undefined {
  return format.type === 'json-schema' ? schemaShape.where(format, member) : undefined;
}

const textShape = shape<object>({}, { type: 'text' });
const jsonShape = shape<object>({}, { type: 'json_object' });

type JsonSchema = Extract<OutputFormat, { readonly type: 'json-schema' }>;

const schemaShape = shape<Omit<JsonSchema, 'type' | 'extras' | 'spelling'>>(
  {
    // OpenAI demands one, whatever it says; others have none.
    name: always(text('json_schema.name'), 'answer'),
    description: text('json_schema.description'),
    schema: object('json_schema.schema'),
    strict: flag('json_schema.strict'),
  },
  { type: 'json_schema' },
);
