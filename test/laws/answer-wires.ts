import type { Json } from '../../src/core/json.ts';
import type { WireBody } from '../../src/core/payload.ts';
import type { Frame } from '../../src/dialects/sse.ts';

/** A frame with its data parsed. */
export function comparable({ data = 'null', ...lines }: Frame): unknown {
  return { ...lines, data: JSON.parse(data) };
}

export function neverLost(what: string): (loss: unknown) => void {
  return (loss) => {
    throw new Error(`${what} lost ${JSON.stringify(loss)} on its way into its own dialect`);
  };
}

export function json(wire: WireBody): Json {
  return JSON.parse(new TextDecoder().decode(wire.bytes));
}

export function body(wire: Json | undefined): WireBody {
  return { kind: 'json', bytes: bytes(JSON.stringify(wire)) };
}

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
