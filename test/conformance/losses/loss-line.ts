import type { Loss } from '../../../src/core/loss.ts';
import { covers } from '../facts/exact-json.ts';
import type { Fact, FactKind } from '../facts/fact.ts';

/** Something that one dialect can say and another cannot. What is on no line may not be lost. */
export interface LossLine {
  /** In the caller's own request, `[]` for any index, `{}` for any name; in an answer it begins with `answer.`. */
  readonly path: string;
  /** The reason that is told: `unsupported`. */
  readonly why: string;
  /** Which member the target lacks, or what it says instead. */
  readonly lacks: string;
  /** The vendor's page that shows it. */
  readonly page: string;
  /** The facts that may be missing because of it, where the loss was really told. */
  readonly excuses: readonly FactKind[];
}

/** Lines that have everything but their place in common. */
export function lines(common: Omit<LossLine, 'path'>, ...paths: readonly string[]): readonly LossLine[] {
  return paths.map((path) => ({ path, ...common }));
}

/** All losses from one dialect to another. */
export interface LossTable {
  readonly from: string;
  readonly to: string;
  readonly lines: readonly LossLine[];
}

/**
 * Whether what is told of this place is about the fact. Who speaks in turn changes with any message that is lost, and whether to
 * think is said in more than one place.
 */
export function isAbout(path: string, { kind, at }: Fact): boolean {
  if (covers(path, at)) return true;
  return kind === 'turns' ? covers(at, path) : kind === 'reasoning' && /^(thinking|output_config\.effort)\b/.test(path);
}

/** The line that a loss is on. */
export function lineOf({ path, why }: Loss, { lines }: LossTable): LossLine | undefined {
  return lines.find((line) => line.why === why && isAt(path, line.path));
}

/**
 * Whether a missing fact is the doing of a loss that was told and is on the table. A loss in a request says where in the caller's
 * own words; one in an answer says where in ours, which are not those of either wire.
 */
export function isExcused(fact: Fact, told: readonly Loss[], table: LossTable): boolean {
  return told.some((loss) => {
    const there = loss.path.startsWith('answer.') || isAbout(loss.path, fact);
    return there && lineOf(loss, table)?.excuses.includes(fact.kind) === true;
  });
}

function isAt(path: string, pattern: string): boolean {
  const wanted = pattern.split(/(\[\]|\{\})/).map((piece) => pieces[piece] ?? RegExp.escape(piece));
  return new RegExp(`^${wanted.join('')}$`).test(path);
}

const pieces: Readonly<Record<string, string>> = { '[]': '\\[\\d+\\]', '{}': '[^.\\[]+' };
