import { cachingKeys } from '../caching.ts';
import { watchFor } from '../json-scan.ts';
import { scanOnce } from '../scan-once.ts';

/**
 * The structure of a chat request, with whatever in its messages may refer to something that is not in the request, and what is to be
 * kept in a cache.
 */
export const scanned = scanOnce(
  watchFor({
    messages: {
      keys: [
        ...cachingKeys,
        ...['audio', 'audio_url', 'data', 'document_url', 'file_data', 'file_id'],
        ...['file_url', 'image_url', 'input_audio', 'url', 'video_url'],
      ],
    },
    tools: { keys: cachingKeys, steps: 4 },
    functions: { keys: cachingKeys, steps: 4 },
  }),
);
