import { fullSize, quickSize, type ScenarioName, type Size, scenarioNames } from './scenarios.ts';
import { type TargetName, targetNames } from './target.ts';

export interface Options {
  readonly size: Size;
  readonly only: readonly ScenarioName[];
  readonly targets: readonly TargetName[];
  readonly output: 'markdown' | 'json';
}

export const usage = `npm run bench -- [options]
  --quick             a smoke run of about twenty seconds; its figures mean little
  --only NAME,NAME    of ${scenarioNames.join(', ')}
  --targets NAME,…    of ${targetNames.join(', ')} (default: all but bare)
  --bare              add the bare proxy on the same runtime as a column
  --rounds N          how often each target is measured in each step (default ${fullSize.rounds})
  --json              print every figure of every round as JSON`;

/** Reads the command line. Throws a sentence when it cannot be understood. */
export function readOptions(words: readonly string[]): Options {
  const rest = [...words];
  let options: Options = {
    size: fullSize,
    only: scenarioNames,
    targets: ['direct', 'nginx', 'trestle'],
    output: 'markdown',
  };
  let rounds: number | undefined;
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--quick') options = { ...options, size: quickSize };
    else if (word === '--json') options = { ...options, output: 'json' };
    else if (word === '--bare')
      options = { ...options, targets: named([...options.targets, 'bare'].join(), targetNames) };
    else if (word === '--only') options = { ...options, only: named(rest.shift(), scenarioNames) };
    else if (word === '--targets') options = { ...options, targets: named(rest.shift(), targetNames) };
    else if (word === '--rounds') rounds = Number(rest.shift());
    else throw new Error(`bench does not know '${word}'.\n${usage}`);
  }
  if (rounds === undefined) return options;
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100)
    throw new Error('--rounds takes a whole number from 1 to 100.');
  return { ...options, size: { ...options.size, rounds } };
}

/** Those of `known` that the list names, in their own order. */
function named<Name extends string>(list: string | undefined, known: readonly Name[]): readonly Name[] {
  const asked = (list ?? '').split(',');
  const stranger = asked.find((name) => !known.some((one) => one === name));
  if (stranger !== undefined) throw new Error(`'${stranger}' is none of ${known.join(', ')}.`);
  return known.filter((name) => asked.includes(name));
}
