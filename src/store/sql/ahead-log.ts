import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Room for some thousand calls, after which the database has to be brought up with it. */
const usualCapacity = 1_048_576;
/** Length and checksum, four bytes each, then the generation. */
const headBytes = 14;
const generationBytes = 6;

/** What is written ahead of the database: texts that are on the disk when `append` returns, with one write into room that is there already. */
export interface AheadLog {
  /** The texts of this generation; the next one goes behind the last of them. A text that was not written to its end is not among them. */
  open(generation: number): readonly string[];
  /** False if there is no room left for it. Throws if the disk does not take it. */
  append(text: string): boolean;
  /** What was written counts no more: the database has it, and knows this generation. */
  begin(generation: number): void;
  close(): void;
}

export interface AheadLogOptions {
  /** Written in front of each generation's first text: what whoever reads it has to know. */
  readonly preamble: string;
  readonly capacity?: number;
}

/** The log at a path. The file is opened when it is needed, and anew after `close`. */
export function aheadLog(path: string, { preamble, capacity = usualCapacity }: AheadLogOptions): AheadLog {
  let file: number | undefined;
  let generation = 0;
  let position = 0;
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return {
    open(current) {
      close();
      makeRoom(path, capacity);
      file = openSync(path, constants.O_RDWR | constants.O_DSYNC);
      generation = current;
      const { texts, end } = textsIn(file, current);
      position = end;
      return texts;
    },
    append(text) {
      if (file === undefined) throw new TypeError('the log is closed');
      const record = recordOf(position === 0 ? [preamble, text] : [text], generation);
      if (position + record.length > capacity) return false;
      writeAll(file, record, position);
      position += record.length;
      return true;
    },
    begin(next) {
      generation = next;
      position = 0;
    },
    close,
  };
}

/** Blocks that are there already take a synced write without a change of the file system's own books. */
function makeRoom(path: string, capacity: number): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= capacity) return;
  const file = openSync(path, 'a', 0o600);
  try {
    writeAll(file, Buffer.alloc(capacity), null);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  const directory = openSync(dirname(path), 'r');
  fsyncSync(directory);
  closeSync(directory);
}

function recordOf(texts: readonly string[], generation: number): Buffer {
  const sizes = texts.map((text) => headBytes + Buffer.byteLength(text));
  const record = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const [index, text] of texts.entries()) {
    const end = at + (sizes[index] ?? 0);
    record.writeUInt32LE(end - at - headBytes, at);
    record.writeUIntLE(generation, at + headBytes - generationBytes, generationBytes);
    record.write(text, at + headBytes);
    record.writeUInt32LE(checksum(record, at, end), at + 4);
    at = end;
  }
  return record;
}

function textsIn(file: number, generation: number): { readonly texts: readonly string[]; readonly end: number } {
  // After an orderly end, which is the usual one, there is nothing of this generation.
  if (generationAt(readAll(file, headBytes), 0) !== generation) return { texts: [], end: 0 };
  const bytes = readAll(file, fstatSync(file).size);
  const texts: string[] = [];
  let at = 0;
  while (at + headBytes < bytes.length) {
    const end = at + headBytes + bytes.readUInt32LE(at);
    if (
      generationAt(bytes, at) !== generation ||
      end > bytes.length ||
      checksum(bytes, at, end) !== bytes.readUInt32LE(at + 4)
    )
      break;
    texts.push(bytes.toString('utf8', at + headBytes, end));
    at = end;
  }
  return { texts, end: at };
}

function generationAt(bytes: Buffer, at: number): number {
  return bytes.readUIntLE(at + headBytes - generationBytes, generationBytes);
}

/** Of the generation and the text of a record. */
function checksum(bytes: Buffer, from: number, end: number): number {
  return Bun.hash.crc32(bytes.subarray(from + headBytes - generationBytes, end));
}

function writeAll(file: number, bytes: Buffer, position: number | null): void {
  let written = 0;
  while (written < bytes.length)
    written += writeSync(file, bytes, written, bytes.length - written, position === null ? null : position + written);
}

function readAll(file: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let read = 0;
  while (read < bytes.length) {
    const count = readSync(file, bytes, read, bytes.length - read, read);
    if (count === 0) break;
    read += count;
  }
  return bytes;
}
