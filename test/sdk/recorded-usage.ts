import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { objectIn, type ReplayCall } from './replay-calls.ts';

/** What a recording says that its call consumed, each side with everything that belongs to it. */
export interface RecordedUsage {
  readonly input: number;
  /** Of the input. */
  readonly cached: number;
  readonly output: number;
  /** Of the output. */
  readonly reasoning: number;
  /** In which way the vendor counts otherwise than OpenAI; absent if it does not. */
  readonly odd?: Oddity;
}

export type Oddity =
  /** More cached tokens than the prompt has (Grok at Azure): the prompt bounds them. */
  | 'cache larger than the prompt'
  /** The total has more than both sides: reasoning that stands beside them (xAI). */
  | 'reasoning beside the output'
  /** More reasoning than the whole output (Gemini behind a gateway, whose price confirms it): it stands beside. */
  | 'reasoning larger than the output'
  /** The total has more than both sides, and audio was heard (Voxtral). */
  | 'audio beside the input';

/** The last usage object with two valid counts; undefined if there is none: then only an estimate can be charged. */
export function recordedUsage({ recording: { responseChunks, responseBody } }: ReplayCall): RecordedUsage | undefined {
  const answers = responseChunks === undefined ? [responseBody] : responseChunks.map(({ data }) => objectIn(data));
  return answers.flatMap((answer) => counted(usageIn(answer)) ?? []).at(-1);
}

/** Whether a usage object has a count that is none, or stands in a frame that is no JSON. */
export function tellsBrokenUsage({ recording: { responseChunks, responseBody } }: ReplayCall): boolean {
  const broken = (usage: JsonObject): boolean =>
    [usage['prompt_tokens'], usage['completion_tokens']].some(
      (one) => (one ?? null) !== null && count(one) === undefined,
    );
  if (responseChunks === undefined) return broken(usageIn(responseBody));
  return responseChunks.some(({ data }) => {
    const chunk = objectIn(data);
    return chunk === undefined ? data?.includes('"usage"') === true : broken(usageIn(chunk));
  });
}

function usageIn(answer: Json | undefined): JsonObject {
  if (!isJsonObject(answer)) return {};
  const { usage, x_groq: groq } = answer;
  const found = usage ?? (isJsonObject(groq) ? groq['usage'] : undefined);
  return isJsonObject(found) ? found : {};
}

/** What a usage object counts; undefined without both counts. */
export function counted(usage: JsonObject): RecordedUsage | undefined {
  const [prompt, completion] = [count(usage['prompt_tokens']), count(usage['completion_tokens'])];
  if (prompt === undefined || completion === undefined) return undefined;
  const beside = Math.max(0, (count(usage['total_tokens']) ?? 0) - prompt - completion);
  const cached = countOf(usage, [
    'prompt_tokens_details.cached_tokens',
    'prompt_cache_hit_tokens',
    'cached_tokens',
    'num_cached_tokens',
  ]);
  const reasoning = countOf(usage, ['completion_tokens_details.reasoning_tokens', 'reasoning_tokens']);
  const plain = { input: prompt, cached: Math.min(cached, prompt), output: completion, reasoning };
  if (beside > 0 && 'prompt_audio_seconds' in usage)
    return { ...plain, input: prompt + beside, odd: 'audio beside the input' };
  if (beside > 0) return { ...plain, output: completion + beside, odd: 'reasoning beside the output' };
  if (reasoning > completion)
    return { ...plain, output: completion + reasoning, odd: 'reasoning larger than the output' };
  return cached > prompt ? { ...plain, odd: 'cache larger than the prompt' } : plain;
}

/** The first of these places that has a count; 0 if none has. */
function countOf(usage: JsonObject, places: readonly string[]): number {
  const found = places.map((place) => {
    const [outer = '', inner] = place.split('.');
    const value = usage[outer];
    return count(inner === undefined ? value : isJsonObject(value) ? value[inner] : undefined);
  });
  return found.find((one) => one !== undefined) ?? 0;
}

function count(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}
