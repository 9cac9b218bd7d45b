import fc, { type Arbitrary } from 'fast-check';
import type { Json } from '../../src/core/json.ts';

export const json: Arbitrary<Json> = fc.json({ maxDepth: 3 }).map((text): Json => JSON.parse(text));

/** The arbitrary's objects have no prototype; ours do. */
export function plainly<T>(made: object): T {
  return { ...made } as T;
}
