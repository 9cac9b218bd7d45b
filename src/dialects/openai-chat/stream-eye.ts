import type { Failure } from '../../core/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { StreamEye } from '../dialect.ts';
import { errorObject } from '../error-answer.ts';
import { errorFailure } from '../error-kind.ts';
import { objectIn } from '../json-text.ts';
import { memberAt } from '../members.ts';
import { framesIn } from '../sse.ts';
import { type Block, countProduced, type Seen, streamEyeOf } from '../stream-eye.ts';
import { utf8Text } from '../text.ts';
import { producedBytes, producedIn } from './produced.ts';
import { readUsage, usagePaths, usualUsagePath } from './usage.ts';

/**
 * Follows a stream of chat chunks without decoding it: forwards its frames as they came, and notes usage, the end mark and
 * how much was produced. What comes after the end mark is dropped. An error frame is reported and not forwarded, for a door
 * says it in its own words; nothing comes after it either. With `hideUsage` the chunk that OpenAI adds for
 * `stream_options.include_usage`, without choices and with nothing but usage, is taken out.
 */
export function streamEye({ hideUsage }: { readonly hideUsage: boolean }): StreamEye {
  return streamEyeOf((seen, block) => (look(seen, block) && hideUsage ? 'drop' : 'keep'));
}

/** Notes what a block says; answers whether it is the chunk that was added for its usage. */
function look(seen: Seen, { bytes, start, end, text }: Block): boolean {
  if (!isOneChunk(text)) return lookAtFrames(seen, utf8Text(bytes, start, end));
  if (!text.includes('"error"') && !namesUsage(text)) {
    const produced = producedIn(text);
    if (produced !== undefined) {
      countProduced(seen, produced);
      return false;
    }
  }
  return lookAtData(seen, utf8Text(bytes, start + dataField.length, end));
}

const dataField = 'data: ';

/** One line with an object and a blank one: what nearly every block is. */
function isOneChunk(text: string): boolean {
  return text.startsWith('data: {') && text.indexOf('\n') >= text.length - 3;
}

/** Whether there is a usage that is not null. */
function namesUsage(text: string): boolean {
  let at = text.indexOf(usageKey);
  while (at !== -1 && text.startsWith(':null', at + usageKey.length)) at = text.indexOf(usageKey, at + 1);
  return at !== -1;
}

const usageKey = '"usage"';

function lookAtFrames(seen: Seen, block: string): boolean {
  let added = false;
  for (const { event, data } of framesIn(block.startsWith('\ufeff') ? block.slice(1) : block)) {
    if (data === undefined) continue;
    if (event === 'error') seen.failure = failureIn(objectIn(data) ?? { message: data });
    else if (data.startsWith('[DONE]')) seen.terminal = true;
    else added = lookAtData(seen, data);
  }
  return added;
}

function lookAtData(seen: Seen, data: string): boolean {
  const chunk = objectIn(data);
  if (chunk === undefined) {
    if (data.includes(usageKey)) seen.usageInvalid = true;
    return false;
  }
  countProduced(seen, producedBytes(chunk));
  Object.assign(seen, readUsage(memberAt(chunk, usagePaths(chunk)[0] ?? usualUsagePath)));
  if (typeof chunk['service_tier'] === 'string') seen.servedTier = chunk['service_tier'];
  if (chunk['error']) seen.failure = failureIn(chunk);
  return isAddedUsage(chunk);
}

function failureIn(said: JsonObject): Failure {
  return errorFailure(errorObject(said) ?? {}, undefined);
}

/** No choices and nothing but usage, but for what every chunk has and what measures the call. */
function isAddedUsage(chunk: JsonObject): boolean {
  const { choices, usage } = chunk;
  if (!Array.isArray(choices) || choices.length > 0 || !isJsonObject(usage)) return false;
  return Object.entries(chunk).every(([name, value]) => commonMembers.has(name) || isEmpty(value));
}

function isEmpty(value: Json): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

const commonMembers = new Set([
  ...['id', 'object', 'created', 'model', 'choices', 'usage', 'service_tier', 'system_fingerprint', 'obfuscation'],
  ...['provider', 'latency_checkpoint', 'sla_metrics', 'timings', 'x_groq'],
]);
