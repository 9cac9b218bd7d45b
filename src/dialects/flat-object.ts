/**
 * Walks the members of a JSON object that has nothing but strings and nulls, given with one character for each byte, from
 * behind its brace, and tells each string's key and length in bytes once decoded. Answers whether it was such an object:
 * what was told of another one says nothing.
 */
export function eachString(text: string, from: number, tell: (key: string, bytes: number) => void): boolean {
  let at = from;
  while (text[at] !== '}') {
    const colon = text.indexOf('":', at + 1);
    if (colon === -1 || text[at] !== '"') return false;
    const end = plainEnd(text, colon + 2);
    if (end === undefined || !(text[end] === ',' || text[end] === '}')) return false;
    if (text[colon + 2] === '"') {
      const length = literalBytes(text, colon + 2, end);
      if (length === undefined) return false;
      tell(text.slice(at + 1, colon), length);
    }
    at = text[end] === ',' ? end + 1 : end;
  }
  return true;
}

/** Where a string or null ends; undefined for another value. */
function plainEnd(text: string, from: number): number | undefined {
  if (text[from] !== '"') return text.startsWith('null', from) ? from + 4 : undefined;
  let quote = text.indexOf('"', from + 1);
  while (quote !== -1 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote === -1 ? undefined : quote + 1;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === '\\') first--;
  return (at - first) % 2 === 1;
}

/** The bytes of a string between its quotes: as many as it has characters, less one for each escape but `\u`. */
function literalBytes(text: string, start: number, end: number): number | undefined {
  let length = end - start - 2;
  for (let at = text.indexOf('\\', start); at !== -1 && at < end; at = text.indexOf('\\', at + 2)) {
    if (text[at + 1] === 'u') return undefined;
    length--;
  }
  return length;
}
