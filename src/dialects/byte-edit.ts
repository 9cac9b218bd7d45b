import { utf8Bytes } from './text.ts';

/** The replacement of a range of bytes; an empty range is an insertion. */
export interface Edit {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly text: string;
}

/** The bytes with these edits made. Ranges must not overlap; of two that begin at one place the one given first comes first. */
export function edited(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array<ArrayBuffer> {
  const inOrder = edits.toSorted((one, other) => one.start - other.start);
  const texts = inOrder.map(({ text }) => utf8Bytes(text));
  let length = bytes.length;
  inOrder.forEach(({ start, end }, index) => {
    length += (texts[index]?.length ?? 0) - (end - start);
  });
  const result = new Uint8Array(length);
  let read = 0;
  let written = 0;
  for (const [index, { start, end }] of inOrder.entries()) {
    result.set(bytes.subarray(read, start), written);
    written += start - read;
    const text = texts[index] ?? nothing;
    result.set(text, written);
    written += text.length;
    read = end;
  }
  result.set(bytes.subarray(read), written);
  return result;
}

const nothing = new Uint8Array();

/** Pieces of bytes as one. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
