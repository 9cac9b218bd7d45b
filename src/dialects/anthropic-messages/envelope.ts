import type { Envelope } from '../../core/envelope.ts';
import type { WireBody } from '../../core/payload.ts';
import { cachingIn } from '../caching.ts';
import { type Given, memberOf, parameterReader } from '../parameter.ts';
import { enclosedIn } from './enclosed.ts';
import { invalid, missing, parameterWords, refuseVariant, wrongType } from './parameter-words.ts';
import { scanned } from './scanned.ts';
import { unmeasuredIn } from './unmeasured.ts';

/**
 * The few members of a request that a gateway must know, checked without decoding the rest. Throws
 * `Failure('request-invalid')` naming the field, in the manner of Anthropic's own errors.
 * https://platform.claude.com/docs/en/api/messages/create
 */
export function envelope(wire: WireBody): Envelope {
  const { asked, given } = read(wire);
  const maxOutputTokens = reader.count(given, 'max_tokens', [0, Number.MAX_SAFE_INTEGER]);
  if (maxOutputTokens === undefined) throw missing('max_tokens', 'Say how many tokens the answer may have at most.');
  const thoughts = thoughtsIn(given);
  return { ...asked, maxOutputTokens, ...(thoughts === undefined ? {} : { leastOutputTokens: thoughts + 1 }) };
}

/** The budget for thinking, which has to be smaller than the limit. */
function thoughtsIn(given: Given): number | undefined {
  if (!given.members.has('thinking')) return undefined;
  const budget = reader.object(given, 'thinking')?.['budget_tokens'];
  return typeof budget === 'number' && Number.isSafeInteger(budget) && budget > 0 ? budget : undefined;
}

/** The same for the question of how long a request is, which limits nothing and is answered at once. */
export function countEnvelope(wire: WireBody): Envelope {
  const { asked } = read(wire);
  if (asked.stream) throw invalid('stream', 'Extra inputs are not permitted. A count comes whole; leave it out.');
  return asked;
}

const reader = parameterReader(parameterWords);

function read(wire: WireBody): { readonly asked: Envelope; readonly given: Given } {
  const scan = scanned(wire);
  const { members, watched } = scan;
  const given: Given = { bytes: wire.bytes, members };
  for (const key of members.keys()) refuseVariant(key, parameters);
  const model = modelOf(given);
  checkMessages(given);
  const endUser = endUserOf(given);
  const serviceTier = reader.text(given, 'service_tier');
  const enclosed = enclosedIn(given, watched);
  const asked: Envelope = {
    model,
    stream: reader.flag(given, 'stream') ?? false,
    // Anthropic tells usage in every stream, unasked.
    streamUsage: true,
    choices: 1,
    ...(endUser ? { endUser } : {}),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    unmeasured: unmeasuredIn(given, reader, watched),
    bytes: wire.bytes.length,
    ...(enclosed === undefined ? {} : { enclosed }),
    ...(keptThere.some((name) => memberOf(given, name) !== undefined) ? {} : { caching: cachingIn(wire.bytes, scan) }),
  };
  return { asked, given };
}

/** What the provider keeps of a conversation, or changes in it, it may keep in a cache as well. */
const keptThere = ['compaction', 'container', 'context_management', 'mcp_servers', 'thread'];

function modelOf(given: Given): string {
  const model = reader.text(given, 'model');
  const remedy = 'Name one of the models that GET /v1/models lists.';
  if (model === undefined) throw missing('model', remedy);
  if (model === '') throw invalid('model', `String should have at least 1 character. ${remedy}`);
  return model;
}

function checkMessages(given: Given): void {
  const messages = reader.list(given, 'messages');
  if (messages === undefined) throw missing('messages', 'Send a list with at least one message.');
  if (messages === 'empty') throw invalid('messages', 'at least one message is required. Send a list with one.');
}

function endUserOf(given: Given): string | undefined {
  const metadata = reader.object(given, 'metadata');
  if (metadata === undefined) return undefined;
  for (const key of Object.keys(metadata)) refuseVariant(key, metadataMembers, 'metadata.');
  const endUser = metadata['user_id'] ?? undefined;
  if (endUser === undefined || typeof endUser === 'string') return endUser;
  throw wrongType('metadata.user_id', 'string', JSON.stringify(endUser).slice(0, 40));
}

const metadataMembers = new Set(['user_id']);

const parameters = new Set([
  ...['anthropic_beta', 'anthropic_version', 'betas', 'cache_control', 'compaction', 'container', 'context_management'],
  ...['diagnostics', 'fallback_credit_token', 'fallbacks', 'inference_geo', 'max_tokens', 'mcp_servers', 'messages'],
  ...['metadata', 'model', 'output_config', 'output_format', 'service_tier', 'speed', 'stop_sequences', 'stream'],
  ...['system', 'temperature', 'thinking', 'thread', 'tool_choice', 'tools', 'top_k', 'top_p', 'user_profile_id'],
  'workspace_id',
]);
