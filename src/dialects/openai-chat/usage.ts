import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { type Usage, type UsageClass, usageClasses } from '../../core/usage.ts';
import { memberAt } from '../members.ts';
import { reportedCostOf } from '../openai/reported-cost.ts';
import { invalidUsage, isCount, type UsageReading, unsaidUsage } from '../usage-reading.ts';

/**
 * Splits a usage object into classes that do not overlap. Cached, cache-writing and audio tokens are part of
 * `prompt_tokens`, reasoning and audio tokens part of `completion_tokens`, as OpenAI counts, unless the vendor's own sums say
 * that they stand beside them. An object that names one side only says nothing yet: some vendors send
 * `completion_tokens: null` until the last chunk.
 * https://platform.openai.com/docs/api-reference/chat/object
 */
export function readUsage(usage: Json | undefined): UsageReading {
  if (usage === undefined || usage === null) return unsaidUsage;
  if (!isJsonObject(usage)) return invalidUsage;
  const counts = countsOf(usage);
  if (counts === undefined) return invalidUsage;
  const { prompt, total } = counts;
  const completion = counts.completion ?? (prompt === undefined || total === undefined ? undefined : total - prompt);
  if (prompt === undefined || completion === undefined) return unsaidUsage;
  if (completion < 0) return invalidUsage;
  const sums = sumsOf(usage, { ...counts, prompt, completion });
  const tokens = present({ ...inputOf(sums), ...outputOf(sums) });
  const reportedCost = reportedCostOf(usage);
  return { usage: reportedCost === undefined ? { tokens } : { tokens, reportedCost } };
}

/** Where a chunk has its usage: Groq tells the same in a member of its own, and used to tell it there alone. */
export function usagePaths(chunk: JsonObject): readonly string[] {
  const [first, ...others] = knownUsagePaths.filter((path) => isJsonObject(memberAt(chunk, path)));
  if (first === undefined) return [];
  const isSame = (path: string): boolean =>
    JSON.stringify(memberAt(chunk, path)) === JSON.stringify(memberAt(chunk, first));
  return [first, ...others.filter(isSame)];
}

export const usualUsagePath = 'usage';
const knownUsagePaths: readonly string[] = [usualUsagePath, 'x_groq.usage'];

/** The counts that an object names; one that is null is not named. */
type Counts = { readonly [Name in (typeof places)[number][0]]?: number };

/** Where vendors write each count; of two places the one first here counts. */
const places = [
  ['prompt', 'prompt_tokens'],
  ['completion', 'completion_tokens'],
  ['total', 'total_tokens'],
  ['cached', 'prompt_tokens_details', 'cached_tokens'],
  ['cached', 'prompt_cache_hit_tokens'],
  ['cached', 'cached_tokens'],
  ['cached', 'num_cached_tokens'],
  ['cached', 'cache_read_input_tokens'],
  ['written', 'prompt_tokens_details', 'cache_write_tokens'],
  ['written', 'cache_creation_input_tokens'],
  ['heard', 'prompt_tokens_details', 'audio_tokens'],
  ['reasoned', 'completion_tokens_details', 'reasoning_tokens'],
  ['reasoned', 'reasoning_tokens'],
  ['spoken', 'completion_tokens_details', 'audio_tokens'],
] as const;

function countsOf(usage: JsonObject): Counts | undefined {
  const counts: { -readonly [Name in keyof Counts]: Counts[Name] } = {};
  for (const [name, outer, inner] of places) {
    if (counts[name] !== undefined) continue;
    const found = usage[outer] ?? undefined;
    if (inner !== undefined && found !== undefined && !isJsonObject(found)) return undefined;
    const count = inner === undefined || !isJsonObject(found) ? found : (found[inner] ?? undefined);
    if (count === undefined) continue;
    if (!isCount(count)) return undefined;
    counts[name] = count;
  }
  return counts;
}

/** The counts of both sides, and what the total has beyond them. */
interface Sums extends Counts {
  readonly prompt: number;
  readonly completion: number;
  /** Cached tokens, read and written, that `prompt_tokens` leaves out. */
  readonly cacheBeside: boolean;
  /** Audio tokens that only the total has. */
  readonly moreHeard: number;
  /** Reasoning tokens that only the total has. */
  readonly moreReasoned: number;
}

/**
 * Where the total is more than both sides together, something stands beside them: the cache if that makes the sum right,
 * Voxtral's audio if it heard some, else reasoning, which Gemini behind its OpenAI-compatible path counts nowhere else.
 */
function sumsOf(usage: JsonObject, counts: Counts & Pick<Sums, 'prompt' | 'completion'>): Sums {
  const { prompt, completion, total = 0, cached = 0, written = 0, reasoned = 0 } = counts;
  const outside = Math.max(0, total - prompt - completion);
  const cache = cached + written;
  const cacheBeside =
    outside > 0 && cache > 0 && outside !== reasoned && (outside === cache || outside === cache + reasoned);
  const rest = cacheBeside ? outside - cache : outside;
  const heardSome = typeof usage['prompt_audio_seconds'] === 'number' && usage['prompt_audio_seconds'] > 0;
  return { ...counts, cacheBeside, moreHeard: heardSome ? rest : 0, moreReasoned: heardSome ? 0 : rest };
}

type Tokens = { readonly [Class in UsageClass]?: number | undefined };

function inputOf({ prompt, cached, written, heard, cacheBeside, moreHeard }: Sums): Tokens {
  let input = prompt;
  const part = (count: number): number => {
    const taken = Math.min(count, input);
    input -= taken;
    return taken;
  };
  const cachedInput = cached === undefined || cacheBeside ? cached : part(cached);
  const cacheWrite = written === undefined || cacheBeside ? written : part(written);
  const audioInput = heard === undefined && moreHeard === 0 ? undefined : part(heard ?? 0) + moreHeard;
  return { input, cachedInput, cacheWrite, audioInput };
}

/** Reasoning that is more than the whole answer is no part of it: some gateways pass Gemini's counts on as they are. */
function outputOf({ completion, reasoned, spoken, moreReasoned }: Sums): Tokens {
  const audioOutput = spoken === undefined ? undefined : Math.min(spoken, completion);
  const output = completion - (audioOutput ?? 0);
  if (reasoned === undefined && moreReasoned === 0) return { output, audioOutput };
  const stated = reasoned ?? 0;
  if (stated > completion || stated === moreReasoned) {
    return { output, reasoning: Math.max(stated, moreReasoned), audioOutput };
  }
  const inside = Math.min(stated, output);
  return { output: output - inside, reasoning: inside + moreReasoned, audioOutput };
}

function present(tokens: Tokens): Usage['tokens'] {
  const kept: { [Class in UsageClass]?: number } = {};
  for (const name of usageClasses) {
    const count = tokens[name];
    if (count !== undefined) kept[name] = count;
  }
  return kept;
}
