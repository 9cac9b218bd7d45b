import { Failure } from '../core/failure.ts';
import type { Clock } from '../core/ports.ts';
import { systemClock } from './clock.ts';

export interface ReadBodyOptions {
  readonly clock?: Clock;
  /** How long the caller may take to send it. 120 000 if absent. */
  readonly timeoutMs?: number;
}

/**
 * The whole body of a request, at most `limit` bytes: `body-too-large` as soon as it is announced or reached,
 * `body-timeout`, `media-unsupported` if it is compressed, `caller-gone`. What is not read is not held in memory.
 */
export async function readBody(
  request: Request,
  limit: number,
  { clock = systemClock, timeoutMs = 120_000 }: ReadBodyOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  refuseEncoded(request.headers);
  const announced = Number(request.headers.get('content-length') ?? Number.NaN);
  if (announced > limit) throw tooLarge(limit);
  const reading = Number.isNaN(announced) ? readChunked(request.body, limit) : request.arrayBuffer();
  try {
    return new Uint8Array(await inTime(reading, clock, timeoutMs));
  } catch (thrown) {
    throw thrown instanceof Failure ? thrown : unreadable(request.signal, thrown);
  }
}

function inTime(reading: Promise<ArrayBuffer>, clock: Clock, timeoutMs: number): Promise<ArrayBuffer> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeoutMs, () => reject(tooSlow(timeoutMs)));
    reading.then(
      (bytes) => {
        cancel();
        resolve(bytes);
      },
      (thrown) => {
        cancel();
        reject(thrown);
      },
    );
  });
}

function refuseEncoded(headers: Headers): void {
  const encoding = headers.get('content-encoding');
  if (encoding === null || encoding.trim().toLowerCase() === 'identity') return;
  const shown = JSON.stringify(encoding.slice(0, 80));
  throw new Failure('media-unsupported', `A body encoded as ${shown} is not taken; send it without content-encoding.`, {
    param: 'content-encoding',
  });
}

/** A body that did not announce its size: read piece by piece, given up as soon as it is too much. */
async function readChunked(body: ReadableStream<Uint8Array<ArrayBuffer>> | null, limit: number): Promise<ArrayBuffer> {
  const reader = body?.getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
    length += read.value.length;
    if (length > limit) {
      reader?.cancel().catch(() => undefined);
      throw tooLarge(limit);
    }
    pieces.push(read.value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole.buffer;
}

function tooLarge(limit: number): Failure {
  return new Failure('body-too-large', `The body is larger than the ${limit} bytes that are taken here.`);
}

function tooSlow(timeoutMs: number): Failure {
  return new Failure('body-timeout', `The body did not arrive within ${timeoutMs} ms.`);
}

function unreadable(signal: AbortSignal, cause: unknown): Failure {
  if (signal.aborted) return new Failure('caller-gone', 'The caller left before its body had arrived.', { cause });
  return new Failure('request-invalid', 'The body could not be read: it does not follow HTTP/1.1.', { cause });
}
