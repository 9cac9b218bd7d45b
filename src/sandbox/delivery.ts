import { Failure } from '../core/failure.ts';
import type { ByteSource, Ids, InboundResponse } from '../core/ports.ts';

/** What stands in an answer besides its status and headers. */
export interface Delivery {
  readonly body: ByteSource;
  readonly ids: Ids;
}

/** A page where an answer was expected, such as a proxy on the way may send. */
export const strayPage =
  '<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body>This page is from the sandbox.</body></html>\n';

/** An answer as a connection would bring it; every one says that it is from the sandbox. */
export function delivered(
  status: number,
  headers: Readonly<Record<string, string>>,
  { body, ids }: Delivery,
): InboundResponse {
  return {
    status,
    headers: new Headers({ ...headers, 'x-sandbox': 'true', 'x-request-id': ids.make('req') }),
    bytes: (limit) => gathered(body, limit),
    pieces: () => body,
  };
}

async function gathered(body: ByteSource, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (let piece = await body.read(); piece !== undefined; piece = await body.read()) {
    size += piece.length;
    if (size > limit) {
      body.cancel();
      throw new Failure('provider-garbled', `The sandbox answered with more than ${limit} bytes; ask it for less.`);
    }
    pieces.push(piece);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
