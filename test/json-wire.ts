import type { WireBody } from '../src/core/payload.ts';

const encoder = new TextEncoder();

/** A text as it arrives over the wire. */
export function textWire(text: string) {
  return { kind: 'json', bytes: encoder.encode(text) } as const satisfies WireBody;
}

/** A value as it arrives over the wire. */
export function jsonWire(value: object | string | number | boolean | null) {
  return textWire(JSON.stringify(value));
}

/** For what can lose nothing. */
export function unlost(loss: unknown): never {
  throw new Error(`lost ${JSON.stringify(loss)}`);
}
