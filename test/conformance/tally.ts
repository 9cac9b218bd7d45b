import type { Loss } from '../../src/core/loss.ts';
import type { Crossed } from './crossing.ts';
import { compareFacts } from './facts/compare.ts';
import { covers } from './facts/exact-json.ts';
import { coreKinds, type Fact, type FactKind } from './facts/fact.ts';
import { isAbout, isExcused, type LossLine, type LossTable, lineOf } from './losses/loss-line.ts';

/** Keeps count over many crossings: what arrived, what is missing and why, what was told. */
export interface Tally {
  /** Weighs one crossing. */
  add(one: Weighed): void;
  /** Facts that are missing although no loss on the table says so. */
  readonly unexcused: readonly string[];
  /** Facts that nobody said. */
  readonly invented: readonly string[];
  /** Losses that were told and are on no line, each once with how often. */
  unlisted(): readonly string[];
  /** Lines that no loss was on. */
  unused(part: 'requests' | 'answers'): readonly LossLine[];
  /** The share of the core facts that arrived, and one line on it. */
  share(): { readonly arrived: number; readonly of: number; readonly text: string };
}

export interface Weighed {
  readonly id: string;
  readonly source: readonly Fact[];
  readonly target: readonly Fact[];
  readonly lost: readonly Loss[];
  /** What was said by other means, and was told to be. */
  readonly emulations: Crossed['emulations'];
  /** Kinds that a target may say of its own accord. */
  readonly free: readonly FactKind[];
}

export function tallyOf(table: LossTable): Tally {
  const unexcused: string[] = [];
  const invented: string[] = [];
  const unlisted = new Map<string, string[]>();
  const used = new Set<LossLine>();
  const counts = new Map<FactKind, { arrived: number; missing: number }>();
  return {
    unexcused,
    invented,
    add({ id, source, target, lost, emulations, free }) {
      const { arrived, missing, invented: news } = compareFacts(source, target);
      const emulated = missing.filter((fact) =>
        emulations.some(({ path }) => isAbout(path, fact) || covers(fact.at, path)),
      );
      const compared = {
        arrived: [...arrived, ...emulated],
        missing: missing.filter((fact) => !emulated.includes(fact)),
      };
      for (const [name, facts] of [
        ['arrived', compared.arrived],
        ['missing', compared.missing],
      ] as const) {
        for (const { kind } of facts) {
          const count = counts.get(kind) ?? { arrived: 0, missing: 0 };
          count[name] += 1;
          counts.set(kind, count);
        }
      }
      for (const fact of compared.missing) {
        if (!isExcused(fact, lost, table)) unexcused.push(`${id}: ${told(fact)}`);
      }
      // What is not what it was is both missing and new.
      const changed = [...emulated, ...compared.missing.filter((fact) => isExcused(fact, lost, table))].map(
        ({ kind }) => kind,
      );
      for (const fact of emulations.some(({ how }) => how === 'forced-tool') ? [] : news) {
        if (!free.includes(fact.kind) && !changed.includes(fact.kind)) invented.push(`${id}: ${told(fact)}`);
      }
      for (const loss of lost) {
        const line = lineOf(loss, table);
        if (line !== undefined) used.add(line);
        else {
          const name = `${loss.path.replaceAll(/\[\d+\]/g, '[]')} (${loss.why})`;
          unlisted.set(name, [...(unlisted.get(name) ?? []), id]);
        }
      }
    },
    unlisted: () => [...unlisted].map(([name, ids]) => `${name}: ${ids.length} times, ${ids[0]} is one`),
    unused: (part) =>
      table.lines.filter((line) => !used.has(line) && line.path.startsWith('answer.') === (part === 'answers')),
    share() {
      const core = coreKinds.flatMap((kind) => counts.get(kind) ?? []);
      const arrived = core.reduce((sum, one) => sum + one.arrived, 0);
      const of = arrived + core.reduce((sum, one) => sum + one.missing, 0);
      const missing = coreKinds.flatMap((kind) => {
        const count = counts.get(kind)?.missing ?? 0;
        return count === 0 ? [] : [`${count} ${kind}`];
      });
      const percent = ((100 * arrived) / Math.max(1, of)).toFixed(2);
      const rest = missing.length === 0 ? '' : `; the rest is on the table: ${missing.join(', ')}`;
      return { arrived, of, text: `${arrived} of ${of} facts arrived (${percent} %)${rest}` };
    },
  };
}

function told({ kind, at, value }: Fact): string {
  return `${kind} at ${at}: ${value.length > 80 ? `${value.slice(0, 80)}…` : value}`;
}
