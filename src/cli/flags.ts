import { didYouMean, nearestAmong } from '../core/nearest.ts';

/** What was written behind a command's name. */
export interface Words {
  /** Without dashes. */
  readonly values: Readonly<Record<string, string>>;
  /** Flags that may be given more than once: each value, in order. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  readonly switches: ReadonlySet<string>;
  /** What is no flag, in order. A single `-` is one of these. */
  readonly others: readonly string[];
}

export interface KnownFlags {
  /** Flags that take a value, as `--url X` or `--url=X`. */
  readonly values: readonly string[];
  readonly lists?: readonly string[];
  readonly switches: readonly string[];
}

/** A mistake of the person at the keyboard, in a sentence for them. */
export class Mistake extends Error {
  override readonly name = 'Mistake';
}

/** Sorts the words of a command line. Throws a `Mistake` for a flag that is not known, given twice, or without its value. */
export function readWords(words: readonly string[], known: KnownFlags): Words {
  const values: Record<string, string> = {};
  const lists: Record<string, string[]> = {};
  const switches = new Set<string>();
  const others: string[] = [];
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (!word.startsWith('--')) {
      others.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const value = (): string => valueAfter(name, equals < 0 ? queue.shift() : { text: word.slice(equals + 1) });
    if (known.lists?.includes(name) === true) {
      lists[name] = [...(lists[name] ?? []), value()];
      continue;
    }
    if (Object.hasOwn(values, name) || switches.has(name)) throw new Mistake(`--${name} is given twice; give it once.`);
    if (known.switches.includes(name) && equals < 0) switches.add(name);
    else if (known.values.includes(name)) values[name] = value();
    else throw unknownFlag(name, known);
  }
  return { values, lists, switches, others };
}

/** The one word that is wanted behind a command. */
export function onlyWord({ others }: Words, missing: string): string {
  const [word, more] = others;
  if (word === undefined || more !== undefined) throw new Mistake(missing);
  return word;
}

/** Nothing is wanted behind a command but flags. */
export function noWords({ others: [word] }: Words): void {
  if (word !== undefined) throw new Mistake(`${JSON.stringify(word.slice(0, 40))} means nothing here; take it out.`);
}

/** Behind `=` everything is meant as it is; a word of its own that looks like a flag is one. */
function valueAfter(name: string, value: string | { readonly text: string } | undefined): string {
  const text = typeof value === 'object' ? value.text : value;
  if (text === undefined || text === '' || (typeof value === 'string' && value.startsWith('--')))
    throw new Mistake(`a value is missing after --${name}.`);
  return text;
}

function unknownFlag(name: string, { values, lists = [], switches }: KnownFlags): Mistake {
  const known = [...values, ...lists, ...switches];
  const near = nearestAmong(known)(name).slice(0, 1);
  const meant = didYouMean(near.map((one) => `--${one}`));
  const list = known.map((one) => `--${one}`).join(', ');
  return new Mistake(
    `there is no flag --${name.slice(0, 40)}; ${meant === '' ? `there are ${list}.` : `${meant} There are ${list}.`}`,
  );
}
