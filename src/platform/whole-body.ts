import { Failure } from '../core/failure.ts';
import type { ByteSource } from '../core/ports.ts';

/** Everything that a source gives, in one piece; a `provider-garbled` failure above `limit` bytes. */
export async function wholeBody(source: ByteSource, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (let piece = await source.read(); piece !== undefined; piece = await source.read()) {
    pieces.push(piece);
    length += piece.length;
    if (length > limit) throw overlong(source, limit);
  }
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Gives the source up; the failure to throw. */
export function overlong(source: ByteSource, limit: number): Failure {
  source.cancel();
  return new Failure('provider-garbled', `The provider's answer is longer than ${limit} bytes.`);
}
