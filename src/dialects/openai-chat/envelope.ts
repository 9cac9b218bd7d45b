import type { Envelope } from '../../core/envelope.ts';
import { Failure } from '../../core/failure.ts';
import { isJsonObject } from '../../core/json.ts';
import type { WireBody } from '../../core/payload.ts';
import { afterSpace } from '../json-token.ts';
import { utf8Text } from '../text.ts';
import {
  booleanParameter,
  countParameter,
  type Given,
  memberOf,
  missing,
  stringParameter,
  wrongType,
} from './parameter.ts';
import { scanned } from './scanned.ts';
import { unmeasuredIn } from './unmeasured.ts';

/**
 * The few members of a chat request that a gateway must know, checked without decoding the rest. Throws
 * `Failure('request-invalid')` naming the field, in the manner of OpenAI's own errors.
 * https://platform.openai.com/docs/api-reference/chat/create
 */
export function envelope(wire: WireBody): Envelope {
  const { members, watched } = scanned(wire);
  const given: Given = { bytes: wire.bytes, members };
  for (const key of members.keys()) if (!parameters.has(key)) refuseVariant(key, parameters, '');
  const model = modelOf(given);
  checkMessages(given);
  const maxOutputTokens = maxOutputTokensOf(given);
  const safetyIdentifier = stringParameter(given, 'safety_identifier');
  const endUser = stringParameter(given, 'user') || safetyIdentifier;
  const serviceTier = stringParameter(given, 'service_tier');
  return {
    model,
    stream: booleanParameter(given, 'stream') ?? false,
    streamUsage: streamUsageOf(given),
    choices: countParameter(given, 'n', 128) ?? 1,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(endUser ? { endUser } : {}),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    unmeasured: unmeasuredIn(given, watched),
    bytes: wire.bytes.length,
  };
}

function modelOf(given: Given): string {
  const model = stringParameter(given, 'model');
  const remedy = 'Name one of the models that GET /v1/models lists.';
  if (model === undefined) throw missing('model', remedy);
  if (model === '') throw invalid('model', `Invalid 'model': empty string. ${remedy}`, 'empty_string');
  return model;
}

function checkMessages(given: Given): void {
  const messages = memberOf(given, 'messages');
  if (messages === undefined) throw missing('messages', 'Send an array with at least one message.');
  const { valueStart } = messages;
  if (given.bytes[valueStart] !== openBracket) throw wrongType(given, messages, 'an array of objects');
  if (given.bytes[afterSpace(given.bytes, valueStart + 1)] !== closeBracket) return;
  const what = 'Expected an array with minimum length 1, but got an empty array instead.';
  throw invalid('messages', `Invalid 'messages': empty array. ${what} Send at least one message.`, 'empty_array');
}

/** OpenAI renamed the limit; of two that differ the larger one bounds what may come. */
function maxOutputTokensOf(given: Given): number | undefined {
  const now = countParameter(given, 'max_completion_tokens', Number.MAX_SAFE_INTEGER);
  const before = countParameter(given, 'max_tokens', Number.MAX_SAFE_INTEGER);
  return now === undefined || before === undefined ? (now ?? before) : Math.max(now, before);
}

function streamUsageOf(given: Given): boolean {
  const member = memberOf(given, 'stream_options');
  if (member === undefined) return false;
  const options: unknown = JSON.parse(utf8Text(given.bytes, member.valueStart, member.valueEnd));
  if (!isJsonObject(options)) throw wrongType(given, member, 'an object');
  for (const key of Object.keys(options))
    if (!streamOptions.has(key)) refuseVariant(key, streamOptions, 'stream_options.');
  const wanted = options['include_usage'] ?? false;
  if (typeof wanted === 'boolean') return wanted;
  const param = 'stream_options.include_usage';
  const found = JSON.stringify(wanted).slice(0, 40);
  throw invalid(
    param,
    `Invalid type for '${param}': expected a boolean, but got ${found} instead. Send true or false.`,
    'invalid_type',
  );
}

function invalid(param: string, sentence: string, code: string): Failure {
  return new Failure('request-invalid', sentence, { param, code });
}

/**
 * Refuses a key that is a known one but for its case: some servers match keys without regard to case, and would read it
 * where we did not.
 */
function refuseVariant(key: string, known: ReadonlySet<string>, prefix: string): void {
  const folded = key.toUpperCase().toLowerCase();
  if (!known.has(folded)) return;
  throw invalid(
    `${prefix}${key}`,
    `Unknown parameter: '${prefix}${key}'. Some servers would read it as '${folded}'; spell it so or leave it out.`,
    'unknown_parameter',
  );
}

const openBracket = 0x5b;
const closeBracket = 0x5d;

const streamOptions = new Set(['include_obfuscation', 'include_usage']);

const parameters = new Set([
  'audio',
  'conversation',
  'frequency_penalty',
  'function_call',
  'functions',
  'logit_bias',
  'logprobs',
  'max_completion_tokens',
  'max_tokens',
  'messages',
  'metadata',
  'modalities',
  'model',
  'moderation',
  'n',
  'parallel_tool_calls',
  'plugins',
  'prediction',
  'presence_penalty',
  'previous_response_id',
  'prompt',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'reasoning_effort',
  'response_format',
  'safety_identifier',
  'search_parameters',
  'seed',
  'service_tier',
  'stop',
  'store',
  'stream',
  'stream_options',
  'temperature',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'user',
  'verbosity',
  'web_search_options',
]);
