import type { TargetName } from './target.ts';

/** All figures taken, by row of the table and by target, one a round. */
export interface Book {
  put(row: string, target: TargetName, value: number): void;
  /** One a round, in the order of the rounds. */
  values(row: string, target: TargetName): readonly number[];
  /** What was wrong with answers; empty when all was right. */
  readonly faults: string[];
  /** Percent of the gateway's core that went to anyone else, one a run: how much the figures were disturbed. */
  readonly others: number[];
}

export function openBook(): Book {
  const figures = new Map<string, number[]>();
  return {
    faults: [],
    others: [],
    put(row, target, value) {
      const key = `${row} ${target}`;
      const values = figures.get(key) ?? [];
      figures.set(key, values);
      values.push(value);
    },
    values: (row, target) => figures.get(`${row} ${target}`) ?? [],
  };
}

export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}

/** A sentence about how quiet the machine was. */
export function describeOthers(book: Book): string {
  const middle = median(book.others);
  if (middle === undefined) return 'how quiet the machine was is not known';
  const share = `${middle.toFixed(0)} % of its core in half of the runs, ${Math.max(...book.others).toFixed(0)} % in the worst`;
  return `beside the gateway others took up to ${share}${middle > 5 ? ' (NOT QUIET: repeat it)' : ''}`;
}
