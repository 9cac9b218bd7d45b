import type { Envelope } from '../../core/envelope.ts';
import type { WireBody } from '../../core/payload.ts';
import { cachingIn } from '../caching.ts';
import { invalid, missing, refuseVariant, wrongType } from '../openai/parameter-words.ts';
import { modelOf, parameters as read } from '../openai/parameters.ts';
import type { Given } from '../parameter.ts';
import { enclosedIn } from './enclosed.ts';
import { scanned } from './scanned.ts';
import { unmeasuredIn } from './unmeasured.ts';

/**
 * The few members of a chat request that a gateway must know, checked without decoding the rest. Throws
 * `Failure('request-invalid')` naming the field, in the manner of OpenAI's own errors.
 * https://platform.openai.com/docs/api-reference/chat/create
 */
export function envelope(wire: WireBody): Envelope {
  const scan = scanned(wire);
  const { members, watched } = scan;
  const given: Given = { bytes: wire.bytes, members };
  for (const key of members.keys()) refuseVariant(key, parameters);
  const model = modelOf(given);
  checkMessages(given);
  const maxOutputTokens = maxOutputTokensOf(given);
  const safetyIdentifier = read.text(given, 'safety_identifier');
  const endUser = read.text(given, 'user') || safetyIdentifier;
  const serviceTier = read.text(given, 'service_tier');
  const enclosed = enclosedIn(given, watched);
  return {
    model,
    stream: read.flag(given, 'stream') ?? false,
    streamUsage: streamUsageOf(given),
    choices: read.count(given, 'n', [1, 128]) ?? 1,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(endUser ? { endUser } : {}),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    unmeasured: unmeasuredIn(given, watched),
    bytes: wire.bytes.length,
    ...(enclosed === undefined ? {} : { enclosed }),
    caching: cachingIn(wire.bytes, scan),
  };
}

function checkMessages(given: Given): void {
  const messages = read.list(given, 'messages');
  if (messages === undefined) throw missing('messages', 'Send an array with at least one message.');
  if (messages === 'filled') return;
  const what = 'Expected an array with minimum length 1, but got an empty array instead.';
  throw invalid('messages', 'empty_array', `Invalid 'messages': empty array. ${what} Send at least one message.`);
}

/** OpenAI renamed the limit; of two that differ the larger one bounds what may come. */
function maxOutputTokensOf(given: Given): number | undefined {
  const now = read.count(given, 'max_completion_tokens', anyLimit);
  const before = read.count(given, 'max_tokens', anyLimit);
  return now === undefined || before === undefined ? (now ?? before) : Math.max(now, before);
}

const anyLimit = [1, Number.MAX_SAFE_INTEGER] as const;

function streamUsageOf(given: Given): boolean {
  const options = read.object(given, 'stream_options');
  if (options === undefined) return false;
  for (const key of Object.keys(options)) refuseVariant(key, streamOptions, 'stream_options.');
  const wanted = options['include_usage'] ?? false;
  if (typeof wanted === 'boolean') return wanted;
  throw wrongType('stream_options.include_usage', 'a boolean', JSON.stringify(wanted).slice(0, 40));
}

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
