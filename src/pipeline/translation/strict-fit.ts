import { isJsonObject, type Json } from '../../core/json.ts';
import type { FunctionTool } from '../../core/tool.ts';
import { closedSchema } from './closed-schema.ts';
import { type Fit, type Fitting, mapped } from './fitting.ts';

/** Tools whose arguments must obey a schema, where models can be held to few schemas or to none. */
export const strictFit: Fit = (request, fitting) => {
  if (fitting.traits.schemas === undefined || request.tools === undefined) return request;
  const tools = mapped(request.tools, (tool, number) =>
    tool.type === 'function' && tool.strict === true ? held(tool, `tools[${number}]`, fitting) : tool,
  );
  return tools === request.tools ? request : { ...request, tools };
};

function held(tool: FunctionTool, path: string, { traits, lost, emulated }: Fitting): FunctionTool {
  const { strict: _, ...free } = tool;
  if (traits.schemas === 'none') {
    lost({ path: `${path}.strict`, why: 'unsupported' });
    return free;
  }
  const { schema = {} } = tool;
  if (traits.schemas === 'complete' && isComplete(schema)) return tool;
  const closed = traits.schemas === 'closed' ? closedSchema(schema) : undefined;
  if (closed === undefined) {
    lost({ path: `${path}.strict`, why: 'open-schema' });
    return free;
  }
  for (const how of closed.how) emulated(`${path}.schema`, how);
  return closed.schema === schema ? tool : { ...tool, schema: closed.schema };
}

/** https://platform.openai.com/docs/guides/structured-outputs#supported-schemas */
function isComplete(schema: Json): boolean {
  if (Array.isArray(schema)) return schema.every(isComplete);
  if (!isJsonObject(schema)) return true;
  const { type, properties, required, additionalProperties: more } = schema;
  const isObject = type === 'object' || (Array.isArray(type) && type.includes('object'));
  if (isObject && (more !== false || !requiresAll(properties, required))) return false;
  const inner = ['$defs', 'definitions', 'properties'].flatMap((name) => valuesOf(schema[name]));
  return [...inner, ...['items', 'anyOf'].flatMap((name) => schema[name] ?? [])].every(isComplete);
}

function requiresAll(properties: Json | undefined, required: Json | undefined): boolean {
  const names = isJsonObject(properties) ? Object.keys(properties) : [];
  return names.length === 0 || (Array.isArray(required) && names.every((name) => required.includes(name)));
}

function valuesOf(map: Json | undefined): readonly Json[] {
  return isJsonObject(map) ? Object.values(map) : [];
}
