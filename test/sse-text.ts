import type { RecordedChunk, Recording } from './recordings.ts';

/** The text of a recorded stream, as near to what was on the wire as the recording tells. */
export function sseText({ responseChunks = [], sse }: Recording): string {
  const end = sse?.newline === 'CRLF' ? '\r\n' : '\n';
  const colon = sse?.noSpace === true ? ':' : ': ';
  return responseChunks.map((chunk) => `${linesOf(chunk, colon).join(end)}${end}${end}`).join('');
}

/** The sizes in which a network may cut what is short. */
export const everySize: readonly number[] = Array.from({ length: 64 }, (_, index) => index + 1);

/** The same bytes in pieces: of each size, and of chance sizes for each seed. */
export function* cuts(
  whole: Uint8Array<ArrayBuffer>,
  sizes: readonly number[],
  seeds: readonly string[],
): Generator<readonly Uint8Array<ArrayBuffer>[]> {
  for (const size of sizes) yield pieces(whole, () => size);
  for (const seed of seeds) yield pieces(whole, chance(seed));
}

function linesOf({ event, id, retry, comment, data }: RecordedChunk, colon: string): readonly string[] {
  return [
    ...(comment === undefined ? [] : [`: ${comment}`]),
    ...(event === undefined ? [] : [`event${colon}${event}`]),
    ...(id === undefined ? [] : [`id${colon}${id}`]),
    ...(retry === undefined ? [] : [`retry${colon}${retry}`]),
    ...(data === undefined ? [] : data.split('\n').map((line) => `data${colon}${line}`)),
  ];
}

function pieces(whole: Uint8Array<ArrayBuffer>, size: () => number): readonly Uint8Array<ArrayBuffer>[] {
  const out: Uint8Array<ArrayBuffer>[] = [];
  let start = 0;
  while (start < whole.length) {
    const end = start + Math.max(1, size());
    out.push(whole.slice(start, end));
    start = end;
  }
  return out;
}

/** Sizes from 1 to 400, the same for the same seed. */
function chance(seed: string): () => number {
  let state = [...seed].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 1 + (state % 400);
  };
}
