import type { Json, JsonObject } from '../../../src/core/json.ts';
import { cacheControl, textBlock } from './anthropic-blocks.ts';
import { conversation } from './anthropic-conversation.ts';
import { strictSchema } from './schema.ts';
import { type Question, Refusal } from './server.ts';
import {
  anything,
  bool,
  demand,
  integer,
  listAt,
  listOf,
  members,
  number,
  object,
  objectAt,
  text,
  word,
} from './shape.ts';

/** Checks a request as Anthropic documents that it does; throws the refusal. https://docs.claude.com/en/api/errors */
export function checkAnthropic({ headers, json, path }: Question): void {
  const version = headers['anthropic-version'];
  if (version === undefined) throw new Refusal('anthropic-version: header is required');
  if (!versions.includes(version)) throw new Refusal(`anthropic-version: "${version}" is not a valid version`);
  const credential = headers['x-api-key'] ?? headers['authorization'];
  if (credential === undefined) throw unauthorised;
  const counting = path.endsWith('/count_tokens');
  members('', json, counting ? countMembers : { ...messageMembers, ...(version === versions[0] && sampling) });
  checkTools(json);
  checkThinking(json);
  checkBreakpoints(json);
  conversation(json, { systemTurns: version === versions[1] });
}

const versions: readonly string[] = ['2023-06-01', '2026-10-21'];
const unauthorised = new Refusal('x-api-key header is required', { status: 401, type: 'authentication_error' });

const toolName = /^[a-zA-Z0-9_-]{1,128}$/;

const tool = {
  'name!': text(toolName),
  description: text(),
  'input_schema!': (schema: Json, path: string): void => {
    demand(objectAt(path, schema)['type'] === 'object', `${path}.type`, "should be 'object'");
  },
  type: word('custom'),
  strict: bool,
  cache_control: cacheControl,
  eager_input_streaming: bool,
  defer_loading: bool,
  input_examples: anything,
  allowed_callers: anything,
};

const countMembers = {
  'model!': text(),
  'messages!': anything,
  system: (value: Json, path: string): void => {
    if (typeof value !== 'string') listOf(textBlock)(value, path);
  },
  tools: (value: Json, path: string): void => {
    for (const [index, one] of listAt(path, value).entries()) {
      const type = objectAt(path, one)['type'] ?? 'custom';
      if (type === 'custom' || type === null) members(`${path}.${index}`, one, tool);
      else demand(/_\d{8}$/.test(String(type)), `${path}.${index}.type`, 'should be a known tool');
    }
  },
  tool_choice: (value: Json, path: string): void => {
    const type = String(objectAt(path, value)['type']);
    word('auto', 'any', 'tool', 'none')(type, `${path}.type`);
    const named = type === 'tool' ? { 'name!': text(toolName) } : {};
    const serial = type === 'none' ? {} : { disable_parallel_tool_use: bool };
    members(path, value, { 'type!': text(), ...named, ...serial });
  },
  thinking: (value: Json, path: string): void => {
    const type = String(objectAt(path, value)['type']);
    word('enabled', 'adaptive', 'disabled')(type, `${path}.type`);
    const shown = type === 'disabled' ? {} : { display: word('summarized', 'omitted') };
    const budget = type === 'enabled' ? { 'budget_tokens!': integer(1024) } : {};
    members(path, value, { 'type!': text(), ...budget, ...shown });
  },
  output_config: (value: Json, path: string): void => {
    members(path, value, {
      effort: word('low', 'medium', 'high', 'xhigh', 'max'),
      format: (format, here) => {
        members(here, format, { 'type!': word('json_schema'), 'schema!': object });
        const rules = { path: `${here}.schema`, allRequired: false, without: unsupported };
        strictSchema(objectAt(here, format)['schema'], rules);
      },
    });
  },
  cache_control: cacheControl,
};

/** https://docs.claude.com/en/docs/build-with-claude/structured-outputs: what its grammar cannot say. */
const unsupported = ['minimum', 'maximum', 'multipleOf', 'minLength', 'maxLength', 'maxItems', 'patternProperties'];

const messageMembers = {
  ...countMembers,
  'max_tokens!': integer(0, 128_000),
  stop_sequences: listOf(text(/\S/)),
  stream: bool,
  metadata: (value: Json, path: string): void => void members(path, value, { user_id: text(/^.{0,256}$/s) }),
  service_tier: word('auto', 'standard_only'),
  speed: word('standard', 'fast'),
  container: anything,
  inference_geo: text(),
  diagnostics: object,
};

const sampling = { temperature: number(0, 1), top_p: number(0, 1), top_k: integer(0) };

function checkTools({ tools = [], tool_choice: choice }: JsonObject): void {
  const names = listAt('tools', tools).map((one) => String(objectAt('tools', one)['name']));
  if (new Set(names).size < names.length) throw new Refusal('tools: Tool names must be unique.');
  if (choice === undefined || choice === null) return;
  const { type, name } = objectAt('tool_choice', choice);
  if (names.length === 0) throw new Refusal('tool_choice: may only be specified while providing tools.');
  if (type === 'tool' && !names.includes(String(name))) {
    throw new Refusal(`Tool '${String(name)}' not found in provided tools`);
  }
}

function checkThinking({
  thinking,
  tool_choice: choice,
  max_tokens: most,
  temperature,
  top_k: k,
  top_p: p,
}: JsonObject): void {
  if (thinking === undefined || thinking === null) return;
  const { type, budget_tokens: budget } = objectAt('thinking', thinking);
  if (type === 'disabled') return;
  if (typeof budget === 'number' && typeof most === 'number' && budget >= most) {
    throw new Refusal('`max_tokens` must be greater than `thinking.budget_tokens`.');
  }
  const forced = choice === undefined || choice === null ? undefined : objectAt('tool_choice', choice)['type'];
  if (forced === 'any' || forced === 'tool') {
    throw new Refusal('Thinking may not be enabled when tool_choice forces tool use.');
  }
  if (typeof temperature === 'number' && temperature !== 1) {
    throw new Refusal('`temperature` may only be set to 1 when thinking is enabled.');
  }
  if (typeof k === 'number') throw new Refusal('`top_k` must be unset when thinking is enabled.');
  if (typeof p === 'number' && p < 0.95) throw new Refusal('`top_p` must be at least 0.95 when thinking is enabled.');
}

function checkBreakpoints(json: JsonObject): void {
  const found = JSON.stringify(json).match(/"cache_control":\{/g)?.length ?? 0;
  if (found > 4) throw new Refusal(`A maximum of 4 blocks with cache_control may be provided. Found ${found}.`);
}
