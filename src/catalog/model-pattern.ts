/**
 * A pattern for model names: `*` stands for any characters, `#` for one digit, everything else for itself, without regard
 * to case, as price lists write names. `gpt-5-nano-*`, `gpt-6-luna-####-##-##`.
 */
export interface ModelPattern {
  /** How much of a name it spells out: of two that match, the one that says more is meant. */
  readonly literal: number;
  matches(name: string): boolean;
}

export function isPattern(model: string): boolean {
  return model.includes('*') || model.includes('#');
}

/** Compiles a pattern. Matching is linear in the name for each `*`: no backtracking. */
export function modelPattern(model: string): ModelPattern {
  const pieces = model.toLowerCase().split('*');
  const literal = model.length - (pieces.length - 1);
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (pieces.length === 1)
    return { literal, matches: (name) => name.length === first.length && standsAt(first, name, 0) };
  const middle = pieces.slice(1, -1);
  return {
    literal,
    matches(name) {
      const end = name.length - last.length;
      if (end < first.length || !standsAt(first, name, 0) || !standsAt(last, name, end)) return false;
      let from = first.length;
      for (const piece of middle) {
        from = endOf(piece, name, { from, to: end });
        if (from < 0) return false;
      }
      return true;
    },
  };
}

/** Where the first occurrence of a piece between two places ends; -1 if there is none. */
function endOf(piece: string, name: string, { from, to }: { readonly from: number; readonly to: number }): number {
  for (let at = from; at + piece.length <= to; at += 1) if (standsAt(piece, name, at)) return at + piece.length;
  return -1;
}

function standsAt(piece: string, name: string, at: number): boolean {
  for (let index = 0; index < piece.length; index += 1) {
    const wanted = piece[index];
    const found = name[at + index];
    if (found === undefined) return false;
    if (wanted === '#' ? found < '0' || found > '9' : wanted !== found.toLowerCase()) return false;
  }
  return true;
}
