import type { Peek } from '../dialect.ts';
import { saidFailure } from '../error-answer.ts';
import { unstreamedEye } from '../unstreamed.ts';
import { wholeSightOf } from '../whole-sight.ts';
import { readUsage } from './usage.ts';

/** The fast path's eyes: usage and errors, seen without decoding. Vectors are no output that is counted. */
export const peek: Peek = {
  whole: wholeSightOf({
    usage: readUsage,
    failure: (answer) => (answer['data'] === undefined ? saidFailure(answer) : undefined),
    produced: () => 0,
  }),
  stream: unstreamedEye,
};
