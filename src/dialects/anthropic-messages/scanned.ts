import { cachingKeys } from '../caching.ts';
import { watchFor } from '../json-scan.ts';
import { scanOnce } from '../scan-once.ts';

/**
 * The structure of a request, with whatever in its messages may refer to something that is not in the request, the tools that
 * run at the provider, and what is to be kept in a cache.
 */
export const scanned = scanOnce(
  watchFor({
    messages: { keys: [...cachingKeys, 'data', 'definition', 'file_id', 'media_type', 'url'] },
    system: { keys: cachingKeys },
    tools: { keys: [...cachingKeys, 'type'], steps: 3 },
  }),
);
