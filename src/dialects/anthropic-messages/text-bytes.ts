/** A text as the bytes of a file; undefined if it has halves of characters, which no bytes can say. */
export function base64OfText(text: string): string | undefined {
  return text.isWellFormed() ? new TextEncoder().encode(text).toBase64() : undefined;
}

/** The text that a file's bytes are; undefined if they are no base64 or no UTF-8. */
export function textOfBase64(base64: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.fromBase64(base64));
  } catch {
    return undefined;
  }
}
