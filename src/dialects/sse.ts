import { blockCutter } from './sse-block.ts';
import { utf8Text } from './text.ts';

/** One server-sent event, or a comment. */
export interface Frame {
  readonly event?: string;
  readonly id?: string;
  /** How long a client shall wait before it connects again, in milliseconds. */
  readonly retry?: number;
  /** A comment line's text, all of it behind the colon: ` keep-alive` for `: keep-alive`. Such a frame has nothing else. */
  readonly comment?: string;
  /** Its lines joined by line feeds. */
  readonly data?: string;
}

/** Turns the bytes of a stream into frames, however the network cut them. */
export interface FrameReader {
  /** The frames that this piece completes. Throws `Failure('provider-garbled')` for one of more than 8 MB. */
  push(piece: Uint8Array<ArrayBuffer>): readonly Frame[];
  /** At the end of the bytes: whether a frame was begun and not completed, which is no frame. */
  end(): { readonly torn: boolean };
}

/** Reads server-sent events as https://html.spec.whatwg.org/multipage/server-sent-events.html says, comments included. */
export function frameReader(): FrameReader {
  const cutter = blockCutter();
  let first = true;
  return {
    push(piece) {
      const { bytes, ends } = cutter.push(piece);
      let start = 0;
      return ends.flatMap((end) => {
        const block = utf8Text(bytes, start, end);
        const text = first ? withoutMark(block) : block;
        first = false;
        start = end;
        return framesIn(text);
      });
    },
    end: () => ({ torn: cutter.torn() }),
  };
}

/** The same for bytes that were cut into whole blocks before, as a `StreamEye` gives them. */
export function wholeFrameReader(): (blocks: Uint8Array<ArrayBuffer>) => readonly Frame[] {
  let first = true;
  return (blocks) => {
    const said = utf8Text(blocks, 0, blocks.length);
    const text = first ? withoutMark(said) : said;
    if (blocks.length > 0) first = false;
    // Nearly every piece is one block.
    const isOne = text.indexOf('\n\n') === text.length - 2 && !text.includes('\r');
    return isOne ? framesIn(text) : text.split(blankLine).flatMap(framesIn);
  };
}

const blankLine = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)/;

/** What a block of lines says: its comments each on its own, then the event. An event needs data, an id or a retry. */
export function framesIn(block: string): readonly Frame[] {
  const frames: Frame[] = [];
  const said: { event?: string; id?: string; retry?: number; data?: string } = {};
  for (const line of block.split(lineEnd)) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (colon === 0) frames.push({ comment: line.slice(1) });
    else if (name === 'data') said.data = said.data === undefined ? value : `${said.data}\n${value}`;
    else if (name === 'event') said.event = value;
    else if (name === 'id' && !value.includes('\0')) said.id = value;
    else if (name === 'retry' && digits.test(value)) said.retry = Number(value);
  }
  const { data, id, retry } = said;
  if (data !== undefined || id !== undefined || retry !== undefined) frames.push(said);
  return frames;
}

const lineEnd = /\r\n|\n|\r/;
const digits = /^\d{1,15}$/;

function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** A frame as it stands in a stream, blank line included. Line ends inside a name or an id would forge frames: they go. */
export function spellFrame({ event, id, retry, comment, data }: Frame): string {
  let text = '';
  if (comment !== undefined) text += spellLines('', comment);
  if (event !== undefined) text += `event: ${event.replace(lineEnds, ' ')}\n`;
  if (id !== undefined) text += `id: ${id.replace(lineEnds, ' ')}\n`;
  if (retry !== undefined) text += `retry: ${retry}\n`;
  if (data !== undefined) text += spellLines('data', data);
  return `${text}\n`;
}

function spellLines(name: string, text: string): string {
  const colon = name === '' ? ':' : `${name}: `;
  if (!lineEnd.test(text)) return `${colon}${text}\n`;
  return text
    .split(lineEnd)
    .map((line) => `${colon}${line}\n`)
    .join('');
}

const lineEnds = /[\r\n]+/g;
