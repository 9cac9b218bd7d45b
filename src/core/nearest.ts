/** Finds what somebody probably meant: up to three known names near to a name, nearest first. */
export type Nearest = (name: string) => readonly string[];

/** A longer name is nobody's typing mistake, and comparing it would cost time. */
const longestCompared = 96;
const mostSuggested = 3;
/** How a name counts that only begins like the one given: after every name with fewer mistakes. */
const unfinished = 4.5;

interface Candidate {
  readonly name: string;
  readonly folded: string;
  readonly letters: number;
}

/**
 * Prepares a list of known names. A look into three thousand of them takes well under a millisecond, whatever is asked:
 * most are ruled out by length and letters alone.
 */
export function nearestAmong(known: readonly string[]): Nearest {
  let candidates: readonly Candidate[] | undefined;
  return (name) => {
    if (name.length === 0 || name.length > longestCompared) return [];
    candidates ??= known.filter(({ length }) => length <= longestCompared).map(candidate);
    return best(candidate(name), candidates);
  };
}

/** `did you mean a, b or c?`; empty if nothing is near. */
export function didYouMean(names: readonly string[]): string {
  const last = names.at(-1);
  if (last === undefined) return '';
  const others = names.slice(0, -1);
  return `did you mean ${others.length === 0 ? last : `${others.join(', ')} or ${last}`}?`;
}

/** The more is found, the less the rest may differ, and the sooner its comparison ends. */
function best(wanted: Candidate, candidates: readonly Candidate[]): readonly string[] {
  let found: readonly Found[] = [];
  for (const known of candidates) {
    const worst = found.length < mostSuggested ? unfinished : (found.at(-1)?.mistakes ?? unfinished);
    const mistakes = mistakesBetween(wanted, known, worst);
    if (mistakes <= worst)
      found = [...found, { name: known.name, mistakes }].toSorted(byMistakes).slice(0, mostSuggested);
  }
  return found.map(({ name }) => name);
}

interface Found {
  readonly name: string;
  readonly mistakes: number;
}

function byMistakes(a: Found, b: Found): number {
  return a.mistakes - b.mistakes || a.name.length - b.name.length || (a.name < b.name ? -1 : 1);
}

function candidate(name: string): Candidate {
  const folded = name.toLowerCase();
  let letters = 0;
  for (let index = 0; index < folded.length; index += 1) letters |= 1 << (folded.charCodeAt(index) & 31);
  return { name, folded, letters };
}

function mistakesBetween(wanted: Candidate, known: Candidate, worst: number): number {
  const third = Math.ceil(Math.min(wanted.folded.length, known.folded.length) / 3);
  const allowed = Math.min(4, third, Math.floor(worst));
  const begun =
    wanted.folded.length >= 3 && known.folded.startsWith(wanted.folded) ? unfinished : Number.POSITIVE_INFINITY;
  if (Math.abs(wanted.folded.length - known.folded.length) > allowed) return begun;
  // One mistake changes at most two letters of the set.
  if (bits(wanted.letters ^ known.letters) > 2 * allowed) return begun;
  const distance = distanceWithin(wanted.folded, known.folded, allowed);
  return distance <= allowed ? distance : begun;
}

function bits(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

const rows = [new Uint8Array(longestCompared + 1), new Uint8Array(longestCompared + 1)] as const;

/**
 * Levenshtein's distance, of which only the band along the diagonal is computed, in two rows that are never allocated
 * again; above `most` it is some number above `most`.
 */
function distanceWithin(from: string, to: string, most: number): number {
  let [row, next] = rows;
  for (let column = 0; column <= to.length; column += 1) row[column] = Math.min(column, most + 1);
  for (let line = 1; line <= from.length; line += 1) {
    if (fillRow({ row, next, letter: from.charCodeAt(line - 1), line, to, most }) > most) return most + 1;
    [row, next] = [next, row];
  }
  return row[to.length] ?? most + 1;
}

interface Line {
  readonly row: Uint8Array;
  readonly next: Uint8Array;
  readonly letter: number;
  readonly line: number;
  readonly to: string;
  readonly most: number;
}

/** Fills the part of the next row that lies in the band; the answer is its least number. */
function fillRow({ row, next, letter, line, to, most }: Line): number {
  const above = most + 1;
  const first = Math.max(1, line - most);
  const last = Math.min(to.length, line + most);
  let left = first === 1 ? Math.min(line, above) : above;
  let least = left;
  next[first - 1] = left;
  for (let column = first; column <= last; column += 1) {
    const kept = (row[column - 1] ?? above) + (letter === to.charCodeAt(column - 1) ? 0 : 1);
    left = Math.min(kept, left + 1, (row[column] ?? above) + 1, above);
    next[column] = left;
    if (left < least) least = left;
  }
  if (last < to.length) next[last + 1] = above;
  return least;
}
