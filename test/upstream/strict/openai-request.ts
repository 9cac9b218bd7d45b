import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import { openaiConversation } from './openai-conversation.ts';
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
  type Taken,
  text,
  word,
} from './shape.ts';

/** Checks a chat completion's request as OpenAI documents that it does; throws the refusal. */
export function checkOpenai({ headers, json }: Question): void {
  if (headers['authorization']?.startsWith('Bearer ') !== true) {
    throw new Refusal('You did not provide an API key.', { status: 401, type: 'invalid_request_error' });
  }
  members('', json, known);
  const { tools, stream, stream_options: options, logprobs, top_logprobs: top } = json;
  if (options !== undefined && options !== null && stream !== true) {
    throw new Refusal("The 'stream_options' parameter is only allowed when 'stream' is enabled.", {
      param: 'stream_options',
    });
  }
  for (const name of ['tool_choice', 'parallel_tool_calls'] as const) {
    if ((json[name] ?? null) !== null && tools === undefined) {
      throw new Refusal(`'${name}' is only allowed when 'tools' are specified.`, { param: name });
    }
  }
  if (typeof top === 'number' && logprobs !== true) {
    throw new Refusal("The 'logprobs' parameter must be enabled to use 'top_logprobs'.", { param: 'top_logprobs' });
  }
  checkChoice(json);
  checkModel(json);
  openaiConversation(json);
}

const name = text(/^[a-zA-Z0-9_-]{1,64}$/);

/** What its constrained decoding does not know: https://platform.openai.com/docs/guides/structured-outputs */
const unsupported = ['patternProperties', 'not', 'dependentRequired', 'if', 'allOf'];

const made: Taken = (value, path) => {
  const { parameters, strict } = members(path, value, {
    'name!': name,
    description: text(),
    parameters: (schema, here) => {
      demand(objectAt(here, schema)['type'] === 'object', here, "should be of type 'object'");
    },
    strict: bool,
  });
  if (strict === true)
    strictSchema(parameters, { path: `${path}.parameters`, allRequired: true, without: unsupported });
};

const custom: Taken = (value, path) =>
  void members(path, value, { 'name!': name, description: text(), format: object });

const tool: Taken = (value, path) => {
  const { type } = objectAt(path, value);
  if (type === 'function') members(path, value, { 'type!': anything, 'function!': made });
  else members(path, value, { 'type!': word('custom'), 'custom!': custom });
};

const format: Taken = (value, path) => {
  const { type } = objectAt(path, value);
  word('text', 'json_object', 'json_schema')(type ?? null, `${path}.type`);
  members(path, value, {
    'type!': anything,
    ...(type === 'json_schema' && {
      'json_schema!': (one: Json, here: string): void => {
        const { schema, strict } = members(here, one, {
          'name!': name,
          description: text(),
          schema: object,
          strict: bool,
        });
        if (strict === true) strictSchema(schema, { path: `${here}.schema`, allRequired: true, without: unsupported });
      },
    }),
  });
};

const known = {
  'model!': text(/./),
  'messages!': anything,
  tools: listOf(tool, 128),
  tool_choice: anything,
  parallel_tool_calls: bool,
  response_format: format,
  stream: bool,
  stream_options: (value: Json, path: string): void =>
    void members(path, value, { include_usage: bool, include_obfuscation: bool }),
  n: integer(1, 128),
  seed: integer(Number.MIN_SAFE_INTEGER),
  stop: (value: Json, path: string): void => {
    if (typeof value !== 'string') listOf(text(/./), 4)(value, path);
  },
  temperature: number(0, 2),
  top_p: number(0, 1),
  frequency_penalty: number(-2, 2),
  presence_penalty: number(-2, 2),
  logit_bias: object,
  logprobs: bool,
  top_logprobs: integer(0, 20),
  max_tokens: integer(1),
  max_completion_tokens: integer(1),
  reasoning_effort: word('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
  verbosity: word('low', 'medium', 'high'),
  modalities: listOf(word('text', 'audio')),
  audio: object,
  prediction: object,
  store: bool,
  metadata: (value: Json, path: string): void => {
    const entries = Object.entries(objectAt(path, value));
    demand(entries.length <= 16, path, 'should have at most 16 keys');
    for (const [key, one] of entries) text(/^.{0,512}$/s)(one, `${path}.${key}`);
  },
  service_tier: word('auto', 'default', 'flex', 'priority', 'scale'),
  prompt_cache_key: text(),
  prompt_cache_retention: word('in_memory', '24h'),
  safety_identifier: text(),
  user: text(),
  web_search_options: object,
};

function checkChoice({ tool_choice: choice, tools }: JsonObject): void {
  if (choice === undefined || choice === null) return;
  if (typeof choice === 'string') {
    word('none', 'auto', 'required')(choice, 'tool_choice');
    return;
  }
  const { type, function: one } = objectAt('tool_choice', choice);
  if (type !== 'function') return;
  members('tool_choice', choice, { 'type!': anything, 'function!': object });
  const { name: wanted } = objectAt('tool_choice.function', one);
  const offered = listAt('tools', tools).map((each) => objectAt('tools', each)['function']);
  if (!offered.some((each) => isJsonObject(each) && each['name'] === wanted)) {
    throw new Refusal(`Tool choice 'function' not found in 'tools' parameter.`, { param: 'tool_choice' });
  }
}

/** https://platform.openai.com/docs/guides/reasoning: those that reason take a limit by its new name and no sampling. */
function checkModel(json: JsonObject): void {
  const model = String(json['model']);
  if (!/^(gpt-|o\d)/.test(model)) {
    throw new Refusal(`The model '${model}' does not exist.`, { status: 404, param: 'model' });
  }
  const refuse = (member: string, what: string): never => {
    throw new Refusal(`Unsupported parameter: '${member}' ${what}`, { param: member });
  };
  if (!/^(gpt-5|o\d)/.test(model)) {
    if ((json['reasoning_effort'] ?? null) !== null) refuse('reasoning_effort', 'is not supported with this model.');
    return;
  }
  if ((json['max_tokens'] ?? null) !== null)
    refuse('max_tokens', "is not supported. Use 'max_completion_tokens' instead.");
  for (const member of ['temperature', 'top_p'] as const) {
    if ((json[member] ?? 1) !== 1) refuse(member, 'does not support this value with this model. Only 1 is supported.');
  }
  for (const member of ['frequency_penalty', 'presence_penalty'] as const) {
    if ((json[member] ?? 0) !== 0) refuse(member, 'is not supported with this model.');
  }
  for (const member of ['stop', 'logprobs', 'logit_bias'] as const) {
    if ((json[member] ?? false) !== false) refuse(member, 'is not supported with this model.');
  }
}
