import type { Path } from './problems.ts';

/** An entry that an operator set while Trestle ran, as the file would say it, with what is secret of it. */
export interface StoredEntry {
  readonly kind: 'provider' | 'alias';
  readonly name: string;
  readonly entry: unknown;
  /** A provider that is switched off for now: known, and asked nothing. */
  readonly disabled: boolean;
}

/** Stored entries whose names do not stand in the file. */
export interface Beneath {
  readonly providers: Readonly<Record<string, unknown>>;
  readonly aliases: Readonly<Record<string, unknown>>;
  /** Names of providers. */
  readonly disabled: ReadonlySet<string>;
  /** The file's values with these among them, for showing what is written at a place. */
  readonly written: unknown;
  /** Those whose names do stand in the file. */
  readonly shadowed: readonly StoredEntry[];
  /** Where a mistake in one of them is; undefined for a path in the file. */
  place(path: Path): string | undefined;
}

export function storedBeneath(file: unknown, stored: readonly StoredEntry[]): Beneath {
  const written = { providers: partOf(file, 'providers'), models: partOf(file, 'models') };
  const used = stored.filter(({ kind, name }) => !Object.hasOwn(written[partName[kind]], name));
  const part = (wanted: StoredEntry['kind']): Readonly<Record<string, unknown>> =>
    Object.fromEntries(used.filter(({ kind }) => kind === wanted).map(({ name, entry }) => [name, entry]));
  const [providers, aliases] = [part('provider'), part('alias')];
  const places = new Map(used.map(({ kind, name }) => [`${partName[kind]}\0${name}`, storedPlace({ kind, name })]));
  return {
    providers,
    aliases,
    disabled: new Set(used.filter(({ kind, disabled }) => kind === 'provider' && disabled).map(({ name }) => name)),
    written:
      used.length === 0
        ? file
        : {
            ...(isMap(file) ? file : {}),
            providers: { ...written.providers, ...providers },
            models: { ...written.models, ...aliases },
          },
    shadowed: stored.filter((entry) => !used.includes(entry)),
    place: ([first, second]) => places.get(`${first}\0${second}`),
  };
}

/** How messages name the place of a stored entry. */
export function storedPlace({ kind, name }: Pick<StoredEntry, 'kind' | 'name'>): string {
  return `the ${kind} ${JSON.stringify(name)} set over the API`;
}

const partName = { provider: 'providers', alias: 'models' } as const;

function partOf(file: unknown, name: 'providers' | 'models'): Readonly<Record<string, unknown>> {
  const part: unknown = isMap(file) ? file[name] : undefined;
  return isMap(part) ? part : {};
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
