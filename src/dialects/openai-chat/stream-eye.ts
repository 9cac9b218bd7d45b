import type { Failure } from '../../core/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Sight } from '../../core/reply.ts';
import { joined } from '../byte-edit.ts';
import type { StreamEye } from '../dialect.ts';
import { framesIn } from '../sse.ts';
import { type Blocks, blockCutter } from '../sse-block.ts';
import { utf8Text } from '../text.ts';
import { errorObject } from './error-answer.ts';
import { errorFailure } from './error-kind.ts';
import { producedBytes, producedIn } from './produced.ts';
import { readUsage } from './usage.ts';

/**
 * Follows a stream of chat chunks without decoding it: forwards its frames as they came, and notes usage, the end mark and
 * how much was produced. What comes after the end mark is dropped. An error frame is reported and not forwarded, for a door
 * says it in its own words; nothing comes after it either. With `hideUsage` the chunk that OpenAI adds for
 * `stream_options.include_usage`, without choices and with nothing but usage, is taken out.
 */
export function streamEye({ hideUsage }: { readonly hideUsage: boolean }): StreamEye {
  const cutter = blockCutter();
  let over = false;
  return {
    push(piece) {
      if (over) return nothing;
      const blocks = cutter.push(piece);
      if (blocks.ends.length === 0) return nothing;
      const seen: Seen = { terminal: false, producedBytes: 0, producedFrames: 0 };
      const bytes = forwarded(blocks, seen, hideUsage ? 'usage' : 'none');
      over = seen.terminal || seen.failure !== undefined;
      return { bytes, sight: seen };
    },
    end: () => ({ torn: !over && cutter.torn() }),
  };
}

const nothing: ReturnType<StreamEye['push']> = {
  bytes: new Uint8Array(),
  sight: { terminal: false, producedBytes: 0, producedFrames: 0 },
};

type Seen = { -readonly [Member in keyof Sight]: Sight[Member] };

/** Looks at each block in turn; answers the bytes that go on. */
function forwarded(blocks: Blocks, seen: Seen, hidden: 'usage' | 'none'): Uint8Array<ArrayBuffer> {
  const kept: Uint8Array<ArrayBuffer>[] = [];
  let from = 0;
  let start = 0;
  for (const end of blocks.ends) {
    const added = look(seen, { bytes: blocks.bytes, start, end, text: blocks.text.slice(start, end) });
    if (seen.failure !== undefined) break;
    if (added && hidden === 'usage') {
      kept.push(blocks.bytes.subarray(from, start));
      from = end;
    }
    start = end;
    if (seen.terminal) break;
  }
  if (from === 0 && start === blocks.bytes.length) return blocks.bytes;
  return joined([...kept, blocks.bytes.subarray(from, start)]);
}

interface Block {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** One character for each of its bytes. */
  readonly text: string;
}

/** Notes what a block says; answers whether it is the chunk that was added for its usage. */
function look(seen: Seen, { bytes, start, end, text }: Block): boolean {
  if (!isOneChunk(text)) return lookAtFrames(seen, utf8Text(bytes, start, end));
  if (!text.includes('"error"') && !namesUsage(text)) {
    const produced = producedIn(text);
    if (produced !== undefined) {
      count(seen, produced);
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
    if (event === 'error') seen.failure = failureIn(parsed(data) ?? { message: data });
    else if (data.startsWith('[DONE]')) seen.terminal = true;
    else added = lookAtData(seen, data);
  }
  return added;
}

function lookAtData(seen: Seen, data: string): boolean {
  const chunk = parsed(data);
  if (chunk === undefined) {
    if (data.includes(usageKey)) seen.usageInvalid = true;
    return false;
  }
  count(seen, producedBytes(chunk));
  Object.assign(seen, readUsage(usageIn(chunk)));
  if (chunk['error']) seen.failure = failureIn(chunk);
  return isAddedUsage(chunk);
}

function count(seen: Seen, produced: number): void {
  seen.producedBytes += produced;
  if (produced > 0) seen.producedFrames++;
}

function parsed(data: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function failureIn(said: JsonObject): Failure {
  return errorFailure(errorObject(said) ?? {}, undefined);
}

/** Groq used to put it into a member of its own, and still does so beside. */
function usageIn({ usage, x_groq: groq }: JsonObject): Json | undefined {
  return usage ?? (isJsonObject(groq) ? groq['usage'] : undefined);
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
