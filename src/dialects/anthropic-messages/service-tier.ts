import type { Json, JsonObject } from '../../core/json.ts';
import { at, type Writing } from '../place.ts';

/** The tier that served an answer, which stands in its usage: `standard` is what others call `default`. */
export function tierOf(found: Json | undefined): string | undefined {
  if (typeof found !== 'string') return undefined;
  return found === 'standard' ? 'default' : found;
}

/** A usage that says it; one that says it already stays as it is. */
export function withTier(usage: JsonObject, tier: string | undefined, place: Writing): JsonObject {
  if (tier === undefined || tierOf(usage['service_tier']) === tier) return usage;
  const word = words[tier];
  if (word !== undefined) return { ...usage, service_tier: word };
  place.lost({ path: at(place, 'serviceTier').path, why: 'unsupported' });
  return usage;
}

/** The only ones that there are. */
const words: Readonly<Record<string, string>> = { default: 'standard', priority: 'priority', batch: 'batch' };
