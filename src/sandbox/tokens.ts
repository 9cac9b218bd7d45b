/**
 * The sandbox's tokens: a word with the white space before it; of a longer word, 16 characters at a time; white space at
 * the very end is one more. The tokens of a text joined are the text, and there are never more of them than it has bytes.
 */
const token = /\s*\S{1,16}|\s+/gu;

export function tokensOf(text: string): readonly string[] {
  return text.match(token) ?? [];
}

export function countTokens(text: string): number {
  return tokensOf(text).length;
}
