import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { scaledUsd } from '../../core/money.ts';
import { type Usage, type UsageClass, usageClasses } from '../../core/usage.ts';

/** What an answer says it consumed: read, absent, or not to be believed. */
export interface UsageReading {
  readonly usage?: Usage;
  /** A count is negative, broken, no number or beyond belief. Then nothing of the object is taken. */
  readonly usageInvalid?: true;
}

/**
 * Splits a usage object into classes that do not overlap. Cached, cache-writing and audio tokens are part of
 * `prompt_tokens`, reasoning and audio tokens part of `completion_tokens`, as OpenAI counts, unless the vendor's own sums say
 * that they stand beside them. An object that names one side only says nothing yet: some vendors send
 * `completion_tokens: null` until the last chunk.
 * https://platform.openai.com/docs/api-reference/chat/object
 */
export function readUsage(usage: Json | undefined): UsageReading {
  if (usage === undefined || usage === null) return unsaid;
  if (!isJsonObject(usage)) return invalid;
  const counts = countsOf(usage);
  if (counts === undefined) return invalid;
  const { prompt, total } = counts;
  const completion = counts.completion ?? (prompt === undefined || total === undefined ? undefined : total - prompt);
  if (prompt === undefined || completion === undefined) return unsaid;
  if (completion < 0) return invalid;
  const sums = sumsOf(usage, { ...counts, prompt, completion });
  const tokens = present({ ...inputOf(sums), ...outputOf(sums) });
  const reportedCost = reportedCostOf(usage);
  return { usage: reportedCost === undefined ? { tokens } : { tokens, reportedCost } };
}

const unsaid: UsageReading = {};
const invalid: UsageReading = { usageInvalid: true };

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

/** More tokens than any call ever has. */
const mostTokens = 1e12;

function countsOf(usage: JsonObject): Counts | undefined {
  const counts: { -readonly [Name in keyof Counts]: Counts[Name] } = {};
  for (const [name, outer, inner] of places) {
    if (counts[name] !== undefined) continue;
    const found = usage[outer] ?? undefined;
    if (inner !== undefined && found !== undefined && !isJsonObject(found)) return undefined;
    const count = inner === undefined || !isJsonObject(found) ? found : (found[inner] ?? undefined);
    if (count === undefined) continue;
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > mostTokens) return undefined;
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

/** What the provider says it charges: in USD (OpenRouter, Vercel), in parts (Perplexity), in 10⁻¹⁰ USD (xAI). */
function reportedCostOf(usage: JsonObject): bigint | undefined {
  const { cost, cost_in_usd_ticks: ticks } = usage;
  const usd = isJsonObject(cost) ? cost['total_cost'] : cost;
  if (isAmount(usd)) return (scaledUsd(usd, 12) + 999n) / 1000n;
  return isAmount(ticks) && Number.isInteger(ticks) ? (BigInt(ticks) + 9n) / 10n : undefined;
}

function isAmount(value: Json | undefined): value is number {
  return typeof value === 'number' && value >= 0 && value < 1e12;
}
