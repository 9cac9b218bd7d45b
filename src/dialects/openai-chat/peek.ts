import type { Peek } from '../dialect.ts';
import { streamEye } from './stream-eye.ts';
import { wholeSight } from './whole-sight.ts';

/** The fast path's eyes for chat completions: usage, endings and errors, seen without decoding. */
export const peek: Peek = { whole: wholeSight, stream: streamEye };
