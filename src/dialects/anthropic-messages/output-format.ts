import type { OutputFormat } from '../../core/chat.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { reportUnsaid, unsayable } from '../carrying.ts';
import { type Field, object, required } from '../field.ts';
import { reportForeign } from '../foreign.ts';
import { mistyped, type Writing } from '../place.ts';
import { dialect, opaque, shape, unwrapped } from './carry.ts';

/**
 * The format of the answer: a JSON schema or nothing. One of an unknown type is carried as it is. `output_format` is its name of the
 * beta. https://platform.claude.com/docs/en/build-with-claude/structured-outputs
 */
export const outputFormat: Field<OutputFormat> = {
  path: 'output_config.format',
  aliases: ['output_format'],
  expected: 'an object',
  read(found, place) {
    if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
    if (found['type'] !== 'json_schema') return { value: opaque(found) };
    return { value: { type: 'json-schema', ...schemaShape.decode(found, place) } };
  },
  write(format, place) {
    if (format.type === 'opaque') return unwrapped(format, place);
    if (format.type === 'json-schema' && format.schema !== undefined) {
      return writeSchema({ ...format, schema: format.schema }, place);
    }
    reportForeign(dialect, format, place);
    // Any JSON cannot be asked for, only JSON of a schema.
    return format.type === 'text' ? undefined : unsayable(place, 'unsupported');
  },
};

type Schema = Extract<OutputFormat, { readonly type: 'json-schema' }> & { readonly schema: JsonObject };

const schemaShape = shape<{ readonly schema: JsonObject }>(
  { schema: required(object('schema')) },
  { type: 'json_schema' },
);

/** It is always strict here, which is no less than not strict; a name is a label that changes nothing. */
function writeSchema(format: Schema, place: Writing): JsonObject {
  reportUnsaid(format, ['description'], place);
  return schemaShape.encode(format, place);
}
