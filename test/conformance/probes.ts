import type { Json, JsonObject } from '../../src/core/json.ts';
import { pdf, placeSchema, png } from '../sdk/vendors.ts';
import type { FactKind } from './facts/fact.ts';
import type { WireName } from './wires.ts';

/** One thing that a caller may ask for, in the words of each dialect that has words for it. */
export interface Probe {
  readonly feature: string;
  /** What the plain question becomes. */
  readonly asked: { readonly [Name in WireName]?: JsonObject };
  /** Of what it adds to the question, what must arrive. Absent: everything. */
  readonly kinds?: readonly FactKind[];
}

const user = (content: Json): JsonObject => ({ role: 'user', content });
const hello = user('Hello');
const picture = `data:image/png;base64,${png}`;
const page = 'https://pictures.example/one.png';
const document = 'https://papers.example/one.pdf';

/** A message of parts, each dialect's own. */
function showing(openai: JsonObject | undefined, anthropic: JsonObject | undefined): Probe['asked'] {
  return {
    ...(openai !== undefined && { 'openai-chat': { messages: [user([openai])] } }),
    ...(anthropic !== undefined && { 'anthropic-messages': { messages: [user([anthropic])] } }),
  };
}

function openai(asked: JsonObject): Probe['asked'] {
  return { 'openai-chat': asked };
}

function anthropic(asked: JsonObject): Probe['asked'] {
  return { 'anthropic-messages': asked };
}

function both(one: JsonObject, other: JsonObject): Probe['asked'] {
  return { 'openai-chat': one, 'anthropic-messages': other };
}

const functions = ['weather', 'time'].map((name) => ({
  type: 'function',
  function: { name, description: `The ${name}.`, parameters: placeSchema },
}));
const tools = ['weather', 'time'].map((name) => ({ name, description: `The ${name}.`, input_schema: placeSchema }));
const strict = { type: 'function', function: { name: 'weather', parameters: placeSchema, strict: true } };
const named = { type: 'function', function: { name: 'time' } };
const calls = ['a', 'b'];
const openaiCalls = {
  role: 'assistant',
  tool_calls: calls.map((id) => ({
    id,
    type: 'function',
    function: { name: 'weather', arguments: '{"city":"Basel"}' },
  })),
};
const anthropicCalls = {
  role: 'assistant',
  content: calls.map((id) => ({ type: 'tool_use', id, name: 'weather', input: { city: 'Basel' } })),
};
const results = calls.map((id) => ({ role: 'tool', tool_call_id: id, content: `rain ${id}` }));
const resultBlocks = calls.map((id) => ({ type: 'tool_result', tool_use_id: id, content: `rain ${id}` }));
const loop = (...blocks: readonly JsonObject[]): JsonObject => ({
  tools,
  messages: [hello, anthropicCalls, user(blocks)],
});
const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } };
const schemaFormat = { type: 'json_schema', json_schema: { name: 'place', schema: placeSchema, strict: true } };
const cached = { cache_control: { type: 'ephemeral' } };

/** What requests may ask for. */
export const probes: readonly Probe[] = [
  { feature: 'text', asked: both({ messages: [user('Grüße, 世界 🌉')] }, { messages: [user('Grüße, 世界 🌉')] }) },
  {
    feature: 'instructions before all turns',
    asked: both({ messages: [{ role: 'system', content: 'Be brief.' }, hello] }, { system: 'Be brief.' }),
  },
  {
    feature: 'instructions between turns',
    asked: both(
      { messages: [hello, { role: 'assistant', content: 'Hi.' }, { role: 'developer', content: 'Be brief.' }, hello] },
      { messages: [hello, { role: 'assistant', content: 'Hi.' }, { role: 'system', content: 'Be brief.' }, hello] },
    ),
  },
  { feature: 'image, bytes', asked: showing({ type: 'image_url', image_url: { url: picture } }, image) },
  {
    feature: 'image, URL',
    asked: showing(
      { type: 'image_url', image_url: { url: page } },
      { type: 'image', source: { type: 'url', url: page } },
    ),
  },
  {
    feature: 'image, stored file',
    asked: showing(undefined, { type: 'image', source: { type: 'file', file_id: 'file_1' } }),
  },
  {
    feature: 'image, level of detail',
    asked: showing({ type: 'image_url', image_url: { url: picture, detail: 'low' } }, undefined),
    kinds: ['image-detail'],
  },
  {
    feature: 'document, bytes',
    asked: showing(
      { type: 'file', file: { filename: 'paper.pdf', file_data: `data:application/pdf;base64,${pdf}` } },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: pdf } },
    ),
  },
  {
    feature: 'document, text',
    asked: showing(undefined, {
      type: 'document',
      title: 'Notes',
      source: { type: 'text', media_type: 'text/plain', data: 'Deep.' },
    }),
  },
  { feature: 'document, URL', asked: showing(undefined, { type: 'document', source: { type: 'url', url: document } }) },
  {
    feature: 'document, stored file',
    asked: showing(
      { type: 'file', file: { file_id: 'file-1' } },
      { type: 'document', source: { type: 'file', file_id: 'file-1' } },
    ),
  },
  {
    feature: 'document, citations asked for',
    asked: showing(undefined, {
      type: 'document',
      citations: { enabled: true },
      source: { type: 'text', media_type: 'text/plain', data: 'Deep.' },
    }),
    kinds: ['member'],
  },
  {
    feature: 'audio, bytes',
    asked: showing({ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }, undefined),
  },

  { feature: 'tools', asked: both({ tools: functions }, { tools }) },
  {
    feature: 'tools held to their schema',
    asked: both({ tools: [strict] }, { tools: [{ ...tools[0], strict: true }] }),
    kinds: ['tool-strict'],
  },
  { feature: 'tools with free text', asked: openai({ tools: [{ type: 'custom', custom: { name: 'sum' } }] }) },
  {
    feature: 'tools that the vendor runs',
    asked: both({ tools: [{ type: 'web_search' }] }, { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }),
  },
  {
    feature: 'choice: some tool',
    asked: both({ tools: functions, tool_choice: 'required' }, { tools, tool_choice: { type: 'any' } }),
    kinds: ['tool-choice'],
  },
  {
    feature: 'choice: this tool',
    asked: both({ tools: functions, tool_choice: named }, { tools, tool_choice: { type: 'tool', name: 'time' } }),
    kinds: ['tool-choice'],
  },
  {
    feature: 'choice: no tool',
    asked: both({ tools: functions, tool_choice: 'none' }, { tools, tool_choice: { type: 'none' } }),
    kinds: ['tool-choice'],
  },
  {
    feature: 'choice: one of some',
    asked: openai({
      tools: functions,
      tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [named] } },
    }),
    kinds: ['tool', 'tool-choice'],
  },
  {
    feature: 'one call at a time',
    asked: both(
      { tools: functions, parallel_tool_calls: false },
      { tools, tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    ),
    kinds: ['parallel'],
  },
  {
    feature: 'calls and results of a turn',
    asked: both({ tools: functions, messages: [hello, openaiCalls, ...results] }, loop(...resultBlocks)),
  },
  {
    feature: 'result with an image',
    asked: anthropic(
      loop({ ...resultBlocks[0], content: [{ type: 'text', text: 'a map' }, image] }, resultBlocks[1] ?? {}),
    ),
  },
  {
    feature: 'result of a tool that failed',
    asked: anthropic(loop({ ...resultBlocks[0], is_error: true }, resultBlocks[1] ?? {})),
  },

  {
    feature: 'output by JSON Schema',
    asked: both(
      { response_format: schemaFormat },
      { output_config: { format: { type: 'json_schema', schema: placeSchema } } },
    ),
    kinds: ['schema'],
  },
  { feature: 'output as any JSON object', asked: openai({ response_format: { type: 'json_object' } }) },
  {
    feature: 'reasoning, by effort',
    asked: both(
      { reasoning_effort: 'high', max_tokens: 9000 },
      { output_config: { effort: 'high' }, thinking: { type: 'adaptive' } },
    ),
    kinds: ['reasoning'],
  },
  {
    feature: 'reasoning, by a budget of tokens',
    asked: anthropic({ max_tokens: 9000, thinking: { type: 'enabled', budget_tokens: 2048 } }),
    kinds: ['reasoning'],
  },
  {
    feature: 'no reasoning',
    asked: both({ reasoning_effort: 'none' }, { thinking: { type: 'disabled' } }),
    kinds: ['reasoning'],
  },
  {
    feature: 'cache breakpoint',
    asked: both(
      { messages: [user([{ type: 'text', text: 'Hello', prompt_cache_breakpoint: { mode: 'explicit' } }])] },
      { messages: [user([{ type: 'text', text: 'Hello', ...cached }])] },
    ),
    kinds: ['cache'],
  },

  { feature: 'limit of the output', asked: both({ max_completion_tokens: 500 }, { max_tokens: 500 }) },
  { feature: 'stop sequences', asked: both({ stop: ['END', 'STOP'] }, { stop_sequences: ['END', 'STOP'] }) },
  { feature: 'temperature', asked: both({ temperature: 0.5 }, { temperature: 0.5 }) },
  { feature: 'temperature and top_p', asked: both({ temperature: 0.5, top_p: 0.9 }, { temperature: 0.5, top_p: 0.9 }) },
  { feature: 'top_k', asked: anthropic({ top_k: 40 }) },
  { feature: 'seed', asked: openai({ seed: 7 }) },
  { feature: 'frequency and presence penalties', asked: openai({ frequency_penalty: 0.5, presence_penalty: 0.5 }) },
  { feature: 'log probabilities', asked: openai({ logprobs: true, top_logprobs: 2 }) },
  { feature: 'logit bias', asked: openai({ logit_bias: { '50256': -100 } }) },
  { feature: 'several answers', asked: openai({ n: 2 }) },
  { feature: 'streaming', asked: both({ stream: true }, { stream: true }) },
  { feature: 'end user', asked: both({ user: 'somebody' }, { metadata: { user_id: 'somebody' } }) },
  { feature: 'service tier', asked: both({ service_tier: 'default' }, { service_tier: 'standard_only' }) },
  { feature: 'metadata', asked: openai({ metadata: { team: 'blue' } }) },
  { feature: 'stored completions', asked: openai({ store: true }) },
  { feature: 'verbosity', asked: openai({ verbosity: 'low' }) },
  {
    feature: 'web search of the vendor',
    asked: openai({ web_search_options: {}, tools: functions }),
    kinds: ['member'],
  },
  {
    feature: 'spoken answers',
    asked: openai({ modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } }),
  },
  { feature: 'containers', asked: anthropic({ container: 'container_1' }) },
  {
    feature: 'MCP servers',
    asked: anthropic({ mcp_servers: [{ type: 'url', url: 'https://mcp.example', name: 'one' }] }),
  },
];
