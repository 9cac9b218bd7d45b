import { isJsonObject } from '../../core/json.ts';
import type { CacheBreakpoint } from '../../core/message.ts';
import { unsayable } from '../carrying.ts';
import type { Field } from '../field.ts';

/**
 * OpenAI's `prompt_cache_breakpoint: {mode: 'explicit', ttl}`, and the `cache_control: {type: 'ephemeral', ttl}` of OpenRouter
 * and others, taken over from Anthropic. Anything else under these names stays in the extras.
 */
export const cacheBreakpoint: Field<CacheBreakpoint> = {
  path: 'prompt_cache_breakpoint',
  aliases: ['cache_control'],
  expected: 'an object',
  read(found, _place, path) {
    const [key, word] = path === 'cache_control' ? ['type', 'ephemeral'] : ['mode', 'explicit'];
    if (!isJsonObject(found) || found[key] !== word) return undefined;
    const { [key]: _, ttl, ...rest } = found;
    if (Object.keys(rest).length > 0) return undefined;
    if (ttl === undefined) return { value: {} };
    return typeof ttl === 'string' ? { value: { ttl } } : undefined;
  },
  write({ ttl }, _place, spelled) {
    const kind = spelled === 'cache_control' ? { type: 'ephemeral' } : { mode: 'explicit' };
    return ttl === undefined ? kind : { ...kind, ttl };
  },
};

/** The same on tools and calls, where OpenAI itself has none: only who put one there may have it again. */
export const vendorCacheBreakpoint: Field<CacheBreakpoint> = {
  ...cacheBreakpoint,
  read(found, place, path) {
    const read = cacheBreakpoint.read(found, place, path);
    return read && { ...read, spelled: path };
  },
  write(value, place, spelled) {
    if (spelled !== undefined) return cacheBreakpoint.write(value, place, spelled);
    return unsayable(place, 'unsupported');
  },
};
