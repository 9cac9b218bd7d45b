import { watchFor } from '../json-scan.ts';
import { scanOnce } from '../scan-once.ts';

/** The structure of a request for embeddings. */
export const scanned = scanOnce(watchFor({}));
