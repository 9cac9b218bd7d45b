import { Buffer } from 'node:buffer';

/** Numbers as base64 of 32-bit floats, the low byte first; undefined if one of them is no number that these can hold. */
export function vectorBase64(numbers: readonly number[]): string | undefined {
  const floats = Float32Array.from(numbers);
  if (!floats.every(Number.isFinite)) return undefined;
  return Buffer.from(floats.buffer).toString('base64');
}

/** The other way round; undefined if it is no such text. */
export function vectorNumbers(base64: string): readonly number[] | undefined {
  if (!alphabet.test(base64)) return undefined;
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
  if (bytes.length === 0 || bytes.length % floatSize !== 0) return undefined;
  // Every machine that this runs on has the low byte first.
  const floats = new Float32Array(bytes.buffer);
  return floats.every(isLikely) ? [...floats] : undefined;
}

const alphabet = /^[A-Za-z0-9+/]+={0,2}$/;
const floatSize = 4;

/** No model's vectors have larger numbers; other bytes than floats, such as whole numbers of 8 bits, soon look as if they had. */
const largest = 1e6;

function isLikely(number: number): boolean {
  return Math.abs(number) <= largest;
}
