import { Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Failure } from '../core/failure.ts';
import type { ByteSource } from '../core/ports.ts';

/** The encoding in which an answer came although none was asked for; undefined if it came plain. */
export function encodingOf(headers: Headers): string | undefined {
  const given = headers.get('content-encoding');
  if (given === null) return undefined;
  const encoding = given.trim().toLowerCase();
  return encoding === '' || encoding === 'identity' ? undefined : encoding;
}

/**
 * The decoded bytes of an encoded answer, as they are asked for. A chain of encodings, an unknown one, and what unpacks
 * to more than a hundredfold (an archive bomb) is `provider-garbled`; `place` names the provider in the sentence.
 */
export function decoded(source: ByteSource, encoding: string, place: string): ByteSource {
  const open = decoders[encoding];
  if (open === undefined) return refused(source, unknownEncoding(encoding, place));
  const counted = { taken: 0, given: 0 };
  let pieces: AsyncIterator<Uint8Array<ArrayBuffer>, undefined> | undefined;
  let over = false;
  const cancel = (): void => {
    over = true;
    source.cancel();
    pieces?.return?.().catch(() => undefined);
  };

  return {
    async read() {
      try {
        if (over) throw notWanted(place);
        pieces ??= decodedPieces(countedPieces(source, counted), open());
        const { value } = await pieces.next();
        if (value === undefined) return undefined;
        counted.given += value.length;
        if (counted.given > harmlessBytes && counted.given > counted.taken * highestRatio) throw bomb(encoding, place);
        return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      } catch (thrown) {
        cancel();
        throw thrown instanceof Failure ? thrown : undecodable(encoding, place);
      }
    },
    cancel,
  };
}

/** Not zstd: its decoder in Bun takes a stream that was cut for one that ended. */
const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Below this size any ratio is believed: a page of blanks is no bomb. */
const harmlessBytes = 1024 * 1024;
const highestRatio = 100;

/** Reads nothing before its first piece is asked for, and from then on no more than the decoder can hold. */
function decodedPieces(
  encoded: AsyncIterable<Uint8Array>,
  decoder: Transform,
): AsyncIterator<Uint8Array<ArrayBuffer>, undefined> {
  const readable = Readable.from(encoded, { objectMode: false, highWaterMark: 1 });
  readable.once('error', (thrown) => decoder.destroy(thrown));
  decoder.once('close', () => readable.destroy());
  return readable.pipe(decoder)[Symbol.asyncIterator]();
}

async function* countedPieces(source: ByteSource, counted: { taken: number }): AsyncGenerator<Uint8Array> {
  for (let piece = await source.read(); piece !== undefined; piece = await source.read()) {
    counted.taken += piece.length;
    yield piece;
  }
}

function refused(source: ByteSource, failure: Failure): ByteSource {
  return {
    read() {
      source.cancel();
      return Promise.reject(failure);
    },
    cancel: () => source.cancel(),
  };
}

function notWanted(place: string): Failure {
  return new Failure('caller-gone', `The rest of the answer of ${place} is not wanted any more.`);
}

function unknownEncoding(encoding: string, place: string): Failure {
  const shown = JSON.stringify(encoding.slice(0, 80));
  return new Failure('provider-garbled', `${place} encoded its answer as ${shown}, though asked for a plain one.`);
}

function undecodable(encoding: string, place: string): Failure {
  return new Failure('provider-garbled', `${place} says that its answer is ${encoding}, but it cannot be decoded.`);
}

function bomb(encoding: string, place: string): Failure {
  return new Failure(
    'provider-garbled',
    `${place} sent ${encoding} that unpacks to more than ${highestRatio} times its size; the rest is not read.`,
  );
}
