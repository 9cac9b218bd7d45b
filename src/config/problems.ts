/** The way to a value in the file: `['providers', 'openai', 'api_key']`. */
export type Path = readonly (string | number)[];

/** One thing that is wrong, where, and what to do about it. */
export interface Problem {
  /** `trestle.yaml:4:3`, or what else holds the value. */
  readonly place: string;
  /** `providers.openai.api_key`, a variable or a flag; empty for the whole file. */
  readonly key: string;
  /** What was found and what is wanted. Never shows a secret. */
  readonly sentence: string;
}

/** Nobody reads more at once. */
const mostShown = 25;

/** The configuration cannot be used. The message names everything that is wrong with it, ready for the operator. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const count = problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`;
    const more = problems.length > mostShown ? [`  and ${problems.length - mostShown} more`] : [];
    const lines = [
      `The configuration cannot be used, it has ${count}:`,
      ...problems.slice(0, mostShown).map(line),
      ...more,
    ];
    super(lines.join('\n'));
    this.problems = problems;
  }
}

/** Problems found so far. A place is only complained of once, by whoever understood it first. */
export interface Problems {
  readonly all: readonly Problem[];
  /** At a place in the file. */
  add(path: Path, sentence: string): void;
  /** At a variable or a flag. */
  addOutside(place: string, key: string, sentence: string): void;
  /** Something was found at this place or below. */
  has(path: Path): boolean;
}

export function problemsIn(placeOf: (path: Path) => string): Problems {
  const all: Problem[] = [];
  const places = new Set<string>();
  return {
    all,
    has: (path) => [...places].some((place) => place.startsWith(mark(path))),
    add(path, sentence) {
      if (places.has(mark(path))) return;
      places.add(mark(path));
      all.push({ place: placeOf(path), key: spelledPath(path), sentence });
    },
    addOutside: (place, key, sentence) => void all.push({ place, key, sentence }),
  };
}

/** `models.fast.targets[0].model`; a name with a dot or a space in it stands in quotes. */
export function spelledPath(path: Path): string {
  return path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`;
      return /^[\w/-]{1,80}$/.test(step) ? `.${step}` : `.${JSON.stringify(step.slice(0, 80))}`;
    })
    .join('')
    .replace(/^\./, '');
}

function line({ place, key, sentence }: Problem): string {
  return `  ${place}  ${key === '' ? '' : `${key}: `}${sentence}`;
}

function mark(path: Path): string {
  return path.map((step) => `${step}\0`).join('');
}
