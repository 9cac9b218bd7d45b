import type { Kept } from '../../src/core/ports.ts';

/** Texts kept in memory. */
export function fakeKept(
  texts: Map<string, string> = new Map(),
): Kept & { readonly texts: ReadonlyMap<string, string> } {
  return {
    texts,
    read: (name) => texts.get(name),
    write: async (name, text) => void texts.set(name, text),
  };
}
