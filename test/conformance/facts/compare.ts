import type { Fact, FactKind } from './fact.ts';

export interface Comparison {
  readonly arrived: readonly Fact[];
  /** Facts of the source that the target does not say. */
  readonly missing: readonly Fact[];
  /** Facts of the target that the source does not say. */
  readonly invented: readonly Fact[];
}

/** Compares kind by kind, in order: what comes twice must come twice, what came first must come first. */
export function compareFacts(source: readonly Fact[], target: readonly Fact[]): Comparison {
  const ours = Map.groupBy(source, ({ kind }) => kind);
  const theirs = Map.groupBy(target, ({ kind }) => kind);
  const kinds = new Set([...ours.keys(), ...theirs.keys()]);
  const compared = [...kinds].map((kind) => compareKind(kind, ours.get(kind) ?? [], theirs.get(kind) ?? []));
  return {
    arrived: compared.flatMap(({ arrived }) => arrived),
    missing: compared.flatMap(({ missing }) => missing),
    invented: compared.flatMap(({ invented }) => invented),
  };
}

const texts: ReadonlySet<FactKind> = new Set(['system-text', 'user-text', 'assistant-text', 'thought', 'refusal']);
/** Those whose order means nothing. */
const unordered: ReadonlySet<FactKind> = new Set(['tool', 'tool-description', 'tool-schema', 'tool-strict', 'stop']);

function compareKind(kind: FactKind, ours: readonly Fact[], theirs: readonly Fact[]): Comparison {
  // Pieces may be joined or split anew: it is the words of a turn that must be the same.
  if (texts.has(kind) && spoken(ours) === spoken(theirs)) return { arrived: ours, missing: [], invented: [] };
  const [left, right] = unordered.has(kind) ? [sorted(ours), sorted(theirs)] : [ours, theirs];
  const pairs = longestCommon(left, right);
  const found = new Set(pairs.flat());
  return {
    arrived: left.filter((one) => found.has(one)),
    missing: left.filter((one) => !found.has(one)),
    invented: right.filter((one) => !found.has(one)),
  };
}

function spoken(facts: readonly Fact[]): string {
  const turns = Map.groupBy(facts, ({ turn }) => turn);
  return JSON.stringify([...turns.values()].map((said) => said.map(({ value }) => value).join('')));
}

function sorted(facts: readonly Fact[]): readonly Fact[] {
  return facts.toSorted((one, other) => (one.value < other.value ? -1 : one.value > other.value ? 1 : 0));
}

/** The longest sequence that both have, in pairs. */
function longestCommon(ours: readonly Fact[], theirs: readonly Fact[]): readonly (readonly [Fact, Fact])[] {
  const lengths = Array.from({ length: ours.length + 1 }, () => new Array<number>(theirs.length + 1).fill(0));
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0;
  for (let row = ours.length - 1; row >= 0; row--) {
    for (let column = theirs.length - 1; column >= 0; column--) {
      const longest =
        ours[row]?.value === theirs[column]?.value
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
      lengths[row]?.splice(column, 1, longest);
    }
  }
  const pairs: (readonly [Fact, Fact])[] = [];
  for (let row = 0, column = 0; row < ours.length && column < theirs.length; ) {
    const [one, other] = [ours[row], theirs[column]];
    if (one !== undefined && other !== undefined && one.value === other.value) {
      pairs.push([one, other]);
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return pairs;
}
