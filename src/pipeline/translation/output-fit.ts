import type { ChatRequest, OutputFormat } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import type { FunctionTool } from '../../core/tool.ts';
import { closedSchema } from './closed-schema.ts';
import { type Fit, type Fitting, without } from './fitting.ts';
import { forcedToolAnswer } from './forced-tool.ts';

/**
 * A form of output that a model cannot be asked for becomes a tool that it has to call, with the schema as its arguments; the
 * answer is turned back; so does a schema that it cannot be held to. Beside the caller's own tools it is one more of which one must
 * be called. Where the caller itself forces a tool there is no text whose form could matter.
 */
export const outputFit: Fit = (request, fitting) => {
  const { output } = request;
  const { outputs } = fitting.traits;
  if (output === undefined || outputs === undefined) return request;
  if (output.type !== 'json' && output.type !== 'json-schema') return request;
  const isKnown = outputs.includes(output.type);
  const held = isKnown ? heldTo(request, output, fitting) : undefined;
  if (held !== undefined) return held;
  const schema = argumentsOf(output);
  const obstacle = obstacleTo(request, fitting);
  if (schema === undefined || obstacle !== undefined) {
    fitting.lost({ path: 'output', why: isKnown ? 'open-schema' : (obstacle ?? 'no-object') });
    return without(request, 'output');
  }
  return withForcedTool(request, { output, schema }, fitting);
};

type Wanted = Extract<OutputFormat, { readonly type: 'json' | 'json-schema' }>;

/** With a schema that the model can be held to; undefined if there is none that means the same. */
function heldTo(request: ChatRequest, output: Wanted, { traits, emulated }: Fitting): ChatRequest | undefined {
  if (traits.schemas !== 'closed' || output.type === 'json' || output.schema === undefined) return request;
  const closed = closedSchema(output.schema);
  for (const how of closed?.how ?? []) emulated('output.schema', how);
  if (closed === undefined || closed.schema === output.schema) return closed && request;
  return { ...request, output: { ...output, schema: closed.schema } };
}

/** Arguments are an object; a schema that says something else cannot be theirs. */
function argumentsOf(output: Wanted): JsonObject | undefined {
  if (output.type === 'json' || output.schema === undefined) return { type: 'object' };
  const { schema } = output;
  if (schema['type'] === 'object') return schema;
  return schema['type'] === undefined ? { ...schema, type: 'object' } : undefined;
}

function obstacleTo({ toolChoice }: ChatRequest, { traits }: Fitting): string | undefined {
  if (traits.lacks?.includes('toolChoice') === true || traits.lacks?.includes('tools') === true) return 'unsupported';
  if (traits.forcedChoice === 'none') return 'unsupported';
  return toolChoice?.type === 'named' || toolChoice?.type === 'required' || toolChoice?.type === 'opaque'
    ? 'forced-tool-choice'
    : undefined;
}

function withForcedTool(
  request: ChatRequest,
  { output, schema }: { readonly output: Wanted; readonly schema: JsonObject },
  fitting: Fitting,
): ChatRequest {
  const { tools = [], toolChoice, ...rest } = without(request, 'output');
  const name = freeName(output.type === 'json-schema' ? (output.name ?? usualName) : usualName, request);
  const isHeld = fitting.traits.schemas === undefined || fitting.traits.schemas === 'complete';
  const tool: FunctionTool = {
    type: 'function',
    name,
    description: descriptionOf(output),
    schema,
    ...(output.type === 'json-schema' && output.strict === true && isHeld && { strict: true }),
  };
  const isAlone = tools.length === 0 || toolChoice?.type === 'none';
  for (const members of Object.values(output.extras ?? {})) {
    for (const member of Object.keys(members)) fitting.lost({ path: `output.${member}`, why: 'unsupported' });
  }
  fitting.emulated('output', 'forced-tool');
  fitting.undo(forcedToolAnswer(name));
  fitting.offers([...tools.map((_, number) => number), undefined]);
  return {
    ...rest,
    tools: [...tools, tool],
    toolChoice: isAlone ? { type: 'named', tool: { type: 'function', name } } : { type: 'required' },
    ...(isAlone && { parallelToolCalls: false }),
  };
}

const usualName = 'answer';

function descriptionOf(output: Wanted): string {
  const said = output.type === 'json-schema' ? output.description : undefined;
  return said ?? 'Gives the answer to the user, as JSON. Call it instead of writing the answer as text.';
}

/** Every vendor takes such a name; no other tool may have it. */
function freeName(wanted: string, { tools = [] }: ChatRequest): string {
  const taken = new Set(tools.flatMap((tool) => (tool.type === 'opaque' ? [] : [tool.name])));
  let name = wanted.replace(/[^\w-]/g, '_').slice(0, 60) || usualName;
  while (taken.has(name)) name = `${name.slice(0, 60)}_`;
  return name;
}
