import { watchFor } from '../json-scan.ts';
import { scanOnce } from '../scan-once.ts';

/**
 * The structure of a request, with whatever in its messages may refer to something that is not in the request, and the tools that
 * run at the provider.
 */
export const scanned = scanOnce(
  watchFor({
    messages: { keys: ['data', 'definition', 'file_id', 'media_type', 'url'] },
    tools: { keys: ['type'], steps: 3 },
  }),
);
