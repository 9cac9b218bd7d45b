import { Failure } from '../core/failure.ts';
import { joined } from './byte-edit.ts';
import { latin1 } from './text.ts';

/** Whole blocks of an event stream: what stands before a blank line, and that line. */
export interface Blocks {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same, one character for each byte. */
  readonly text: string;
  /** Where each block ends. The last one ends with the bytes. */
  readonly ends: readonly number[];
}

export interface BlockCutter {
  /** The blocks that this piece completes; what is left waits. Throws `Failure('provider-garbled')` above 8 MB of it. */
  push(piece: Uint8Array<ArrayBuffer>): Blocks;
  /** Whether a block was begun and not completed. */
  torn(): boolean;
}

/**
 * Cuts an event stream at its blank lines, so that a place is always the same however the network cut the bytes. Lines end
 * in LF, CRLF or CR; a CR that is the last byte waits for what follows, for it may be half of a CRLF.
 */
export function blockCutter(): BlockCutter {
  let held: Uint8Array<ArrayBuffer>[] = [];
  let heldLength = 0;
  /** The last bytes of what is held: a blank line may have begun there. */
  let seam = '';
  const hold = (bytes: Uint8Array<ArrayBuffer>, text: string): Blocks => {
    held.push(bytes);
    heldLength += bytes.length;
    if (heldLength > maxBlockBytes) throw tooLong();
    seam = (seam + text).slice(-seamLength);
    return none;
  };
  return {
    push(piece) {
      if (piece.length === 0) return none;
      let bytes = piece;
      let text = latin1(piece, 0, piece.length);
      if (heldLength > 0) {
        if (endsOf(seam + text).length === 0) return hold(piece, text);
        bytes = joined([...held, piece]);
        text = latin1(bytes, 0, bytes.length);
        held = [];
        heldLength = 0;
        seam = '';
      }
      const ends = endsOf(text);
      const cut = ends.at(-1) ?? 0;
      if (cut === bytes.length) return { bytes, text, ends };
      hold(bytes.subarray(cut), text.slice(cut));
      return { bytes: bytes.subarray(0, cut), text: text.slice(0, cut), ends };
    },
    torn: () => held.some((piece) => piece.some((byte) => byte !== lineFeed && byte !== carriageReturn)),
  };
}

/** No vendor's frame is longer; a stream without any line end must not fill our memory. */
const maxBlockBytes = 8 * 1024 * 1024;
const seamLength = 3;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const none: Blocks = { bytes: new Uint8Array(), text: '', ends: [] };

/** Where the blank lines of a text end. */
function endsOf(text: string): readonly number[] {
  const ends: number[] = [];
  if (text.includes('\r')) {
    for (const { index, 0: match } of text.matchAll(blankLine)) ends.push(index + match.length);
    return ends;
  }
  for (let at = text.indexOf('\n\n'); at !== -1; at = text.indexOf('\n\n', at + 2)) ends.push(at + 2);
  return ends;
}

const blankLine = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r(?=[^\n]))/g;

function tooLong(): Failure {
  return new Failure(
    'provider-garbled',
    `The provider sent more than ${maxBlockBytes} bytes of a stream without a blank line; that is no event stream.`,
  );
}
