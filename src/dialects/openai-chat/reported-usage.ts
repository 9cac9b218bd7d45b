import type { ReportedUsage } from '../../core/chat.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { Usage } from '../../core/usage.ts';
import type { Field } from '../field.ts';
import { dialect } from './carry.ts';
import { readUsage } from './usage.ts';

/** `usage` in an answer or a chunk. */
export const reportedUsage: Field<ReportedUsage> = {
  path: 'usage',
  expected: 'an object',
  read: (found) => (isJsonObject(found) ? { value: reported(found) } : undefined),
  write({ counted, raw }) {
    return raw?.dialect === dialect ? raw.wire : counted && spelledUsage(counted);
  },
};

export function reported(wire: JsonObject): ReportedUsage {
  const { usage } = readUsage(wire);
  return { ...(usage !== undefined && { counted: usage }), raw: { dialect, wire } };
}

/** OpenAI counts cached and audio tokens within `prompt_tokens`, reasoning and audio within `completion_tokens`. */
function spelledUsage({ tokens }: Usage): JsonObject {
  const { input = 0, cachedInput, audioInput, output = 0, reasoning, audioOutput } = tokens;
  const { cacheWrite, cacheWriteHour } = tokens;
  const written = cacheWriteHour === undefined ? cacheWrite : (cacheWrite ?? 0) + cacheWriteHour;
  const prompt = input + (cachedInput ?? 0) + (written ?? 0) + (audioInput ?? 0);
  const completion = output + (reasoning ?? 0) + (audioOutput ?? 0);
  const promptDetails = present({
    cached_tokens: cachedInput,
    cache_write_tokens: written,
    audio_tokens: audioInput,
  });
  const completionDetails = present({ reasoning_tokens: reasoning, audio_tokens: audioOutput });
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...(promptDetails !== undefined && { prompt_tokens_details: promptDetails }),
    ...(completionDetails !== undefined && { completion_tokens_details: completionDetails }),
  };
}

function present(counts: Readonly<Record<string, number | undefined>>): JsonObject | undefined {
  const known = Object.entries(counts).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return known.length === 0 ? undefined : Object.fromEntries(known);
}
