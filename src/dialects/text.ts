import { Buffer } from 'node:buffer';

/** Bytes as text with one character for each byte: quick, and places in it are offsets in the bytes. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.prototype.latin1Slice.call(bytes, start, end);
}

/** UTF-8 bytes as text. */
export function utf8Text(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.prototype.utf8Slice.call(bytes, start, end);
}

/** What a JSON string says, from its bytes with the quotes. */
export function stringText(bytes: Uint8Array, start: number, end: number): string {
  const text = latin1(bytes, start + 1, end - 1);
  return plain.test(text) ? text : JSON.parse(utf8Text(bytes, start, end));
}

/** ASCII without a backslash: the same in every encoding, and needs no decoding. */
const plain = /^[ -[\]-~]*$/;

/** Text as UTF-8 bytes. */
export function utf8Bytes(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

const encoder = new TextEncoder();

/** How many bytes a text has in UTF-8. */
export function utf8Length(text: string): number {
  return Buffer.byteLength(text);
}
