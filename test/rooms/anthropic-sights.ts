import type { Sight } from '../../src/core/reply.ts';
import { peek } from '../../src/dialects/anthropic-messages/peek.ts';
import { followed } from '../followed.ts';
import { textWire } from '../json-wire.ts';

/** What a stream gives and shows in all. */
export function follow(pieces: readonly Uint8Array<ArrayBuffer>[]) {
  return followed(peek.stream({ hideUsage: true }), pieces);
}

export function wholeSight(body: string): Sight {
  return peek.whole(textWire(body));
}
