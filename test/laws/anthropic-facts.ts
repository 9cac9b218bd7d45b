import type { ChatRequest } from '../../src/core/chat.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';

/** What a request asks, as its canonical value says it. */
export function told({ messages, tools = [], ...value }: ChatRequest): object {
  const parts = messages.flatMap((message) => (message.type === 'message' ? message.parts : []));
  const inner = parts.flatMap((part) => (part.type === 'tool-result' ? part.parts : [part]));
  const { output, toolChoice, reasoning } = value;
  return {
    text: inner.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    calls: parts.flatMap((part) =>
      part.type === 'tool-call' ? [[part.id, part.name, JSON.parse(part.arguments)]] : [],
    ),
    results: parts.flatMap((part) => (part.type === 'tool-result' ? [[part.callId, part.isError]] : [])),
    thoughts: parts.flatMap((part) => (part.type === 'reasoning' ? [part.text ?? part.encrypted, part.signature] : [])),
    images: inner.flatMap((part) => (part.type === 'image' ? [part.source.kind] : [])),
    files: inner.flatMap((part) => (part.type === 'file' ? [part.source.kind] : [])),
    cached: inner.filter((part) => part.type !== 'opaque' && part.cacheBreakpoint !== undefined).length,
    tools: tools.flatMap((tool) => (tool.type === 'function' ? [[tool.name, tool.description, tool.strict]] : [])),
    choice: toolChoice?.type === 'named' ? toolChoice.tool.name : toolChoice?.type,
    parallel: value.parallelToolCalls,
    limits: [value.maxOutputTokens, value.temperature, value.topP, value.topK],
    stop: value.stop,
    stream: value.stream,
    user: value.endUser,
    model: value.model,
    thinking: [reasoning?.enabled, reasoning?.budgetTokens, reasoning?.visible, reasoning?.effort],
    schema: output?.type === 'json-schema' ? output.schema : undefined,
  };
}

/** The same, read off the wire by hand in the plainest way. */
export function read(wire: JsonObject): object {
  const messages = objects(wire['messages']).filter(({ role }) =>
    ['user', 'assistant', 'system'].includes(String(role)),
  );
  const said = [{ role: 'system', content: wire['system'] ?? [] }, ...messages];
  // Of what instructs the model, only text is understood.
  const blocks = said.flatMap(({ role, content }) =>
    blocksOf(content).filter(({ type }) => role !== 'system' || type === 'text'),
  );
  const inner = blocks.flatMap((one) => (one['type'] === 'tool_result' ? blocksOf(one['content']) : [one]));
  const of = (type: string, all = blocks): readonly JsonObject[] => all.filter((one) => one['type'] === type);
  const { thinking, output_config: config, tool_choice: choice, metadata } = wire;
  const how = isJsonObject(thinking) ? thinking : {};
  const format = (isJsonObject(config) ? config['format'] : undefined) ?? wire['output_format'];
  return {
    text: of('text', inner)
      .map((one) => one['text'])
      .join(''),
    calls: of('tool_use').map((one) => [one['id'], one['name'], one['input']]),
    results: of('tool_result').map((one) => [one['tool_use_id'], one['is_error']]),
    thoughts: blocks
      .filter(({ type }) => type === 'thinking' || type === 'redacted_thinking')
      .flatMap((one) => [one['thinking'] ?? one['data'], one['signature']]),
    images: of('image', inner).flatMap(kindsOf),
    files: of('document', inner).flatMap(kindsOf),
    cached: inner.filter((one) => understood.has(String(one['type'])) && isBreakpoint(one['cache_control'])).length,
    tools: objects(wire['tools'])
      .filter(({ type }) => (type ?? 'custom') === 'custom')
      .map((one) => [one['name'], one['description'], one['strict']]),
    choice: choiceOf(choice),
    parallel:
      isJsonObject(choice) && choice['type'] !== 'none' ? notOf(choice['disable_parallel_tool_use']) : undefined,
    limits: ['max_tokens', 'temperature', 'top_p', 'top_k'].map((name) => wire[name] ?? undefined),
    stop: wire['stop_sequences'] ?? undefined,
    stream: wire['stream'] ?? undefined,
    user: (isJsonObject(metadata) ? metadata['user_id'] : undefined) ?? undefined,
    model: wire['model'],
    thinking: [
      { enabled: true, adaptive: true, disabled: false }[String(how['type'])],
      how['budget_tokens'],
      { summarized: true, omitted: false }[String(how['display'])],
      isJsonObject(config) ? config['effort'] : undefined,
    ],
    schema: isJsonObject(format) && format['type'] === 'json_schema' ? format['schema'] : undefined,
  };
}

const understood = new Set(['text', 'image', 'document', 'tool_use', 'tool_result']);

function kindsOf({ source }: JsonObject): readonly string[] {
  if (!isJsonObject(source)) return [];
  const { type, data } = source;
  if (type === 'text') return String(data).isWellFormed() ? ['base64'] : [];
  return type === 'base64' || type === 'url' || type === 'file' ? [type] : [];
}

function isBreakpoint(found: Json | undefined): boolean {
  return isJsonObject(found) && found['type'] === 'ephemeral' && Object.keys(found).every((name) => name !== 'scope');
}

function choiceOf(found: Json | undefined): Json | undefined {
  if (!isJsonObject(found)) return undefined;
  const words = { auto: 'auto', any: 'required', none: 'none', tool: found['name'] ?? null };
  return Object.entries(words).find(([word]) => word === found['type'])?.[1] ?? 'opaque';
}

function notOf(found: Json | undefined): boolean | undefined {
  return typeof found === 'boolean' ? !found : undefined;
}

function blocksOf(content: Json | undefined): readonly JsonObject[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : objects(content);
}

/** What the vendor is known to refuse in any request. */
export function vendorRules(wire: Json): readonly string[] {
  const at = (found: Json | undefined, path: string): readonly string[] => {
    if (Array.isArray(found)) return found.flatMap((one: Json, index) => at(one, `${path}[${index}]`));
    if (!isJsonObject(found)) return [];
    const isBlank = found['type'] === 'text' && String(found['text']).trim() === '';
    const isUnsigned = found['type'] === 'thinking' && typeof found['signature'] !== 'string';
    const id = found['type'] === 'tool_use' ? found['id'] : found['tool_use_id'];
    const isOdd = typeof id === 'string' && !/^[\w-]*$/.test(id);
    const here = isBlank || isUnsigned || isOdd ? [path] : [];
    return [...here, ...at(found['content'], `${path}.content`)];
  };
  if (!isJsonObject(wire)) return ['body'];
  const { messages, system, tools, max_tokens: limit, temperature } = wire;
  return [
    ...at(messages, 'messages'),
    ...at(system, 'system'),
    ...objects(messages).flatMap(({ content }, index) =>
      content === '' || (Array.isArray(content) && content.length === 0) ? [`messages[${index}].content`] : [],
    ),
    ...objects(tools).flatMap(({ input_schema: schema }, index) =>
      isJsonObject(schema) && schema['type'] !== undefined ? [] : [`tools[${index}].input_schema`],
    ),
    ...(typeof limit === 'number' ? [] : ['max_tokens']),
    ...(typeof temperature === 'number' && temperature > 1 ? ['temperature'] : []),
  ];
}

function objects(found: Json | undefined): readonly JsonObject[] {
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
}
