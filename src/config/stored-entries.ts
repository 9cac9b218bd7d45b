import type { Path } from './problems.ts';

/** An entry that an operator set while Trestle ran, as the file would say it, with what is secret of it. */
export interface StoredEntry {
  readonly kind: 'provider' | 'alias' | 'model';
  /** Of a model: `provider/model`. */
  readonly name: string;
  readonly entry: unknown;
  /** Switched off for now: a provider is known and asked nothing, a model is not listed and refused in words. */
  readonly disabled: boolean;
}

/** Stored entries whose names do not stand in the file. */
export interface Beneath {
  readonly providers: Readonly<Record<string, unknown>>;
  readonly aliases: Readonly<Record<string, unknown>>;
  /** What is said of single models, by `provider/model`. */
  readonly models: Readonly<Record<string, unknown>>;
  /** Names of providers. */
  readonly disabled: ReadonlySet<string>;
  /** Names of models, `provider/model`. */
  readonly modelsOff: ReadonlySet<string>;
  /** The file's values with these among them, for showing what is written at a place. */
  readonly written: unknown;
  /** Those whose names do stand in the file. */
  readonly shadowed: readonly StoredEntry[];
  /** Where a mistake in one of them is; undefined for a path in the file. */
  place(path: Path): string | undefined;
}

export function storedBeneath(file: unknown, stored: readonly StoredEntry[]): Beneath {
  const written = { providers: partOf(file, 'providers'), models: partOf(file, 'models') };
  const used = stored.filter((entry) => !isShadowed(written, entry));
  const part = (wanted: StoredEntry['kind']): Readonly<Record<string, unknown>> =>
    Object.fromEntries(used.filter(({ kind }) => kind === wanted).map(({ name, entry }) => [name, entry]));
  const off = (wanted: StoredEntry['kind']): ReadonlySet<string> =>
    new Set(used.filter(({ kind, disabled }) => kind === wanted && disabled).map(({ name }) => name));
  const [providers, aliases, models] = [part('provider'), part('alias'), part('model')];
  const places = new Map(used.map(({ kind, name }) => [`${partName[kind]}\0${name}`, storedPlace({ kind, name })]));
  return {
    providers,
    aliases,
    models,
    disabled: off('provider'),
    modelsOff: off('model'),
    written:
      used.length === 0
        ? file
        : {
            ...(isMap(file) ? file : {}),
            providers: { ...written.providers, ...providers },
            models: { ...written.models, ...aliases },
            model: models,
          },
    shadowed: stored.filter((entry) => !used.includes(entry)),
    place: ([first, second]) => places.get(`${first}\0${second}`),
  };
}

/** How messages name the place of a stored entry. */
export function storedPlace({ kind, name }: Pick<StoredEntry, 'kind' | 'name'>): string {
  return `the ${kind} ${JSON.stringify(name)} set over the API`;
}

/** Without facts: the file has no word for a model that is switched off, so that nothing there comes before it. */
export function withoutFacts(entry: StoredEntry): StoredEntry | undefined {
  const hasFacts = isMap(entry.entry) && Object.keys(entry.entry).length > 0;
  return entry.kind === 'model' && entry.disabled && hasFacts ? { ...entry, entry: {} } : undefined;
}

/** The file has no part of its own for what is said of models: there it stands with their providers. */
const partName = { provider: 'providers', alias: 'models', model: 'model' } as const;

interface Written {
  readonly providers: Readonly<Record<string, unknown>>;
  readonly models: Readonly<Record<string, unknown>>;
}

function isShadowed(written: Written, { kind, name, entry }: StoredEntry): boolean {
  if (kind !== 'model') return Object.hasOwn(written[partName[kind]], name);
  const slash = name.indexOf('/');
  const described = partOf(ownMember(written.providers, name.slice(0, slash)), 'models');
  return Object.hasOwn(described, name.slice(slash + 1)) && isMap(entry) && Object.keys(entry).length > 0;
}

function ownMember(map: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

function partOf(file: unknown, name: 'providers' | 'models'): Readonly<Record<string, unknown>> {
  const part: unknown = isMap(file) ? file[name] : undefined;
  return isMap(part) ? part : {};
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
