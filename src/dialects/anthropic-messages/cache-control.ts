import { isJsonObject } from '../../core/json.ts';
import type { CacheBreakpoint } from '../../core/message.ts';
import type { Field } from '../field.ts';

/** `cache_control: {type: 'ephemeral', ttl}`. Anything else under this name stays in the extras. */
export const cacheBreakpoint: Field<CacheBreakpoint> = {
  path: 'cache_control',
  expected: 'an object',
  read(found) {
    if (!isJsonObject(found) || found['type'] !== 'ephemeral') return undefined;
    const { type: _, ttl, ...rest } = found;
    if (Object.keys(rest).length > 0) return undefined;
    if (ttl === undefined) return { value: {} };
    return typeof ttl === 'string' ? { value: { ttl } } : undefined;
  },
  write: ({ ttl }) => (ttl === undefined ? { type: 'ephemeral' } : { type: 'ephemeral', ttl }),
};
