import { didYouMean, nearestAmong } from '../core/nearest.ts';
import { ConfigurationError, type Problem } from './problems.ts';

/** What may be said on the command line. */
export interface Flags {
  readonly config?: string;
  readonly data?: string;
  readonly listen?: string;
  readonly adminListen?: string;
}

const names = {
  '--config': 'config',
  '--data': 'data',
  '--listen': 'listen',
  '--admin-listen': 'adminListen',
} as const;

/** Reads `--listen 127.0.0.1:4141` and `--listen=127.0.0.1:4141`. Throws a `ConfigurationError` for anything else. */
export function readFlags(words: readonly string[]): Flags {
  const found: { -readonly [Name in keyof Flags]: string } = {};
  const problems: Problem[] = [];
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const equals = word.indexOf('=');
    const flag = equals < 0 ? word : word.slice(0, equals);
    const name = isFlag(flag) ? names[flag] : undefined;
    const value =
      equals < 0 && name !== undefined && queue[0]?.startsWith('--') !== true
        ? queue.shift()
        : word.slice(flag.length + 1);
    const wrong = problemOf({ flag, name, value, again: name !== undefined && found[name] !== undefined });
    if (wrong !== undefined) problems.push({ place: 'command line', key: flag.slice(0, 40), sentence: wrong });
    else if (name !== undefined && value !== undefined) found[name] = value;
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return found;
}

function isFlag(word: string): word is keyof typeof names {
  return Object.hasOwn(names, word);
}

function problemOf(read: {
  readonly flag: string;
  readonly name: string | undefined;
  readonly value: string | undefined;
  readonly again: boolean;
}): string | undefined {
  if (read.name === undefined) {
    const meant = didYouMean(nearestAmong(Object.keys(names))(read.flag).slice(0, 1));
    return `there is no such flag${meant === '' ? '.' : `; ${meant}`} There are ${Object.keys(names).join(', ')}.`;
  }
  if (read.value === undefined || read.value === '') return 'a value is missing after it.';
  return read.again ? 'it is given twice; give it once.' : undefined;
}
