import type { Peek, StreamCodec } from './dialect.ts';
import { streamEyeOf } from './stream-eye.ts';

/** For answers that come whole: there is no stream to read or write. */
export const unstreamed: StreamCodec<never> = {
  decoder: () => ({ push: () => [], end: () => [] }),
  encoder: () => ({ push: () => [], end: () => [] }),
  endMark: [],
};

export const unstreamedEye: Peek['stream'] = () => streamEyeOf(() => 'keep');
