import { isJsonObject } from '../../core/json.ts';
import type { Peek } from '../dialect.ts';
import { wholeSightOf } from '../whole-sight.ts';
import { saidFailure } from './error-kind.ts';
import { producedBytes } from './produced.ts';
import { streamEye } from './stream-eye.ts';
import { readUsage } from './usage.ts';

/** The fast path's eyes for messages: usage, endings and errors, seen without decoding. */
export const peek: Peek = {
  whole: wholeSightOf({
    usage: readUsage,
    tier: ({ usage }) => (isJsonObject(usage) ? usage['service_tier'] : undefined),
    failure: saidFailure,
    produced: producedBytes,
  }),
  stream: streamEye,
};
