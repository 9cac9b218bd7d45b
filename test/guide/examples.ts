/** A fenced block of a page. */
export interface Example {
  readonly language: string;
  /** What stands behind the language: a file's name, or `server`. */
  readonly word?: string;
  readonly text: string;
  /** Where it begins. */
  readonly line: number;
  /** What must be printed: the block of `text` right behind it. `…` stands for anything. */
  readonly prints?: string;
}

/** Every example of a page, in order; what one prints is part of it. A block without a language is something to look at. */
export function examplesIn(markdown: string): readonly Example[] {
  const blocks = [...markdown.matchAll(/^```(\w+)?(?: +(\S+))?\n(.*?)^```$/gms)].map((match) => ({
    language: match[1] ?? '',
    ...(match[2] === undefined ? {} : { word: match[2] }),
    text: match[3] ?? '',
    line: markdown.slice(0, match.index).split('\n').length,
  }));
  return blocks.flatMap((block, index) => {
    if (block.language === 'text' || block.language === '') return [];
    const next = blocks[index + 1];
    return [next?.language === 'text' ? { ...block, prints: next.text } : block];
  });
}

/** Whether a page printed what it says it prints. */
export function isPrinted(pattern: string, output: string): boolean {
  const parts = pattern
    .trim()
    .split('…')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replace(/ +/g, ' +'));
  return new RegExp(`^${parts.join('[\\s\\S]*?')}$`).test(output.trim());
}
