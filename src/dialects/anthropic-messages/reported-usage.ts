import type { ReportedUsage } from '../../core/chat.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { Usage } from '../../core/usage.ts';
import { at, type Writing } from '../place.ts';
import { dialect } from './carry.ts';
import { readUsage } from './usage.ts';

/** `usage` as it stands in an answer or in a frame; what a stream told `before` completes it. */
export function reported(wire: JsonObject, before?: Usage): ReportedUsage {
  const { usage } = readUsage(wire, before);
  return { ...(usage !== undefined && { counted: usage }), raw: { dialect, wire } };
}

/** The wire form of what was reported; nothing but zeros if nothing was, for an answer must have it. */
export function usageWire(reported: ReportedUsage | undefined, place: Writing): JsonObject {
  const raw = reported?.raw;
  if (raw?.dialect === dialect && isJsonObject(raw.wire)) return raw.wire;
  return spelledUsage(reported?.counted ?? { tokens: {} }, at(place, 'counted'));
}

/** Anthropic counts the cache beside `input_tokens`, thinking within `output_tokens`, and knows no audio of its own. */
function spelledUsage({ tokens, reportedCost }: Usage, place: Writing): JsonObject {
  const { input = 0, cachedInput = 0, cacheWrite = 0, cacheWriteHour, audioInput } = tokens;
  const { output = 0, reasoning, audioOutput } = tokens;
  for (const name of ['audioInput', 'audioOutput'] as const) {
    if ((tokens[name] ?? 0) > 0) place.lost({ path: at(at(place, 'tokens'), name).path, why: 'unsupported' });
  }
  if (reportedCost !== undefined) place.lost({ path: at(place, 'reportedCost').path, why: 'unsupported' });
  return {
    input_tokens: input + (audioInput ?? 0),
    cache_creation_input_tokens: cacheWrite + (cacheWriteHour ?? 0),
    cache_read_input_tokens: cachedInput,
    ...(cacheWriteHour !== undefined && {
      cache_creation: { ephemeral_5m_input_tokens: cacheWrite, ephemeral_1h_input_tokens: cacheWriteHour },
    }),
    output_tokens: output + (reasoning ?? 0) + (audioOutput ?? 0),
    ...(reasoning !== undefined && { output_tokens_details: { thinking_tokens: reasoning } }),
  };
}
