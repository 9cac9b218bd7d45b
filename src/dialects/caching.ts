import type { Caching } from '../core/envelope.ts';
import type { JsonMember, JsonScan } from './json-scan.ts';
import { latin1 } from './text.ts';

/** The members under which a vendor is asked to keep in a cache what stands before them. */
export const cachingKeys = ['cache_control', 'prompt_cache_breakpoint'] as const;

/** What a request asks for of caches, by those of its members that the scan watched; the longest counts. */
export function cachingIn(bytes: Uint8Array, { members, watched }: JsonScan): Caching {
  let found: Caching = 'none';
  for (const name of cachingKeys) {
    const member = members.get(name);
    if (member !== undefined) found = longer(found, askedBy(bytes, member));
  }
  for (const member of watched) {
    if (found === 'long') return found;
    if (isCachingKey(member.key)) found = longer(found, askedBy(bytes, member));
  }
  return found;
}

export function isCachingKey(key: string): boolean {
  return key === cachingKeys[0] || key === cachingKeys[1];
}

function longer(one: Caching, other: Caching): Caching {
  if (one === 'long' || other === 'none') return one;
  return other;
}

/** What is not known to be short is long. */
function askedBy(bytes: Uint8Array, { valueStart, valueEnd }: Pick<JsonMember, 'valueStart' | 'valueEnd'>): Caching {
  if (valueEnd - valueStart > longestShort) return 'long';
  const text = latin1(bytes, valueStart, valueEnd);
  if (text === 'null') return 'none';
  return short.test(text) ? 'short' : 'long';
}

const longestShort = 100;
/** `{"type": "ephemeral", "ttl": "5m"}`, or `mode` for `type`; the time may be absent. */
const short = /^\{(?:\s*(?:"(?:type|mode)"\s*:\s*"[a-z]*"|"ttl"\s*:\s*"5m")\s*(?:,(?!\s*\})|(?=\})))*\}$/;
