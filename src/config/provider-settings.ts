import { didYouMean, nearestAmong } from '../core/nearest.ts';
import { type Secret, secret } from '../core/secret.ts';
import type { Adjust, EntryAdjust, Offer, Provider } from '../providers/provider.ts';
import { parseBaseUrl } from './address.ts';
import type { ProviderSettings } from './config.ts';
import { credentialIn, credentialOutside } from './credential.ts';
import { endedKinds } from './ended-kinds.ts';
import { variable } from './interpolation.ts';
import { modelsIn } from './model-settings.ts';
import { addressOutside, type OwnReader, ownOutside, ownSettings } from './own-settings.ts';
import { freeAllowance, priceOf } from './price-settings.ts';
import type { Path } from './problems.ts';
import { checked } from './reader.ts';
import { type ProviderInput, providerSchema } from './schema.ts';

/** Providers, and those names that aliases may not lead to, with the reason. */
export interface ProvidersRead {
  readonly settings: readonly ProviderSettings[];
  /** Those that are there while they are found. */
  readonly discoverable: readonly ProviderSettings[];
  /** Names that stand in the file, whether or not their entry could be read. */
  readonly declared: ReadonlySet<string>;
  /** Switched off in the file. */
  readonly off: ReadonlySet<string>;
}

export interface ProviderReader extends OwnReader {
  readonly kinds: readonly Provider[];
  /** Told to whoever gave no key, if the environment may not give it. */
  readonly keyRemedy?: string;
}

/** Entries by their names. */
export interface ProviderEntries {
  readonly file: Readonly<Record<string, unknown>>;
  /** Set over the API, under names that the file does not have. */
  readonly stored: Readonly<Record<string, unknown>>;
  /** Those of them that are switched off for now. */
  readonly disabled: ReadonlySet<string>;
}

/**
 * The entries of the file, those set over the API, then the kinds that are on by themselves: those built in, and those whose key
 * is found in the environment and that no entry of the file is of. `name: false` switches one off.
 */
export function providersIn(reader: ProviderReader, { file, stored, disabled }: ProviderEntries): ProvidersRead {
  const named = Object.entries(file);
  const off = new Set(named.filter(([, entry]) => entry === false).map(([name]) => name));
  const given = named.filter(([name]) => !off.has(name));
  const apart = apartFromMachine(reader);
  const set = Object.entries(stored).flatMap(([name, entry]) => {
    const read = settingsOf(apart, name, entry);
    const switched = disabled.has(name) ? { disabled: true as const } : {};
    return read === undefined ? [] : [{ ...read, managed: true as const, ...switched }];
  });
  const settings = [...given.flatMap(([name, entry]) => settingsOf(reader, name, entry) ?? []), ...set];
  const declared = new Set([...given.map(([name]) => name), ...Object.keys(stored)]);
  const used = new Set(given.map(([name, entry]) => kindNameOf(name, entry)));
  const byThemselves = reader.kinds.filter(
    ({ name, builtIn }) => !off.has(name) && !declared.has(name) && (builtIn || !used.has(name)),
  );
  const discoverable = byThemselves.flatMap((kind) => foundHere(kind) ?? []);
  return {
    settings: [...settings, ...byThemselves.flatMap((kind) => found(reader, kind) ?? [])],
    discoverable,
    declared,
    off,
  };
}

/** Who sets an entry over the API must not be able to send this machine's variables or files to an address of their choice. */
function apartFromMachine(reader: ProviderReader): ProviderReader {
  return { ...reader, environment: {}, readFile: () => undefined, keyRemedy: 'give it as api_key.', apart: true };
}

function kindNameOf(name: string, entry: unknown): string {
  const type: unknown = typeof entry === 'object' && entry !== null && 'type' in entry ? entry.type : undefined;
  return typeof type === 'string' ? type : name;
}

/** A kind that nobody configured: on if it is built in, or if its key is in the environment. */
function found(reader: ProviderReader, kind: Provider): ProviderSettings | undefined {
  const { name, builtIn } = kind;
  const own = kind.baseUrl === undefined ? ownOutside(reader, kind) : { baseUrl: kind.baseUrl };
  if (own === undefined) return undefined;
  const key = environmentKey(reader, kind);
  const identity = 'identity' in own && key === undefined ? own.identity : undefined;
  if (builtIn !== true && key === undefined && identity === undefined) return undefined;
  const credential = key === undefined ? undefined : credentialOutside(reader, key);
  return {
    name,
    kind,
    baseUrl: own.baseUrl,
    local: false,
    prices: [],
    ...(identity === undefined ? {} : { identity }),
    ...(credential === undefined ? {} : { credential }),
  };
}

/** A kind that is looked for at its usual address. */
function foundHere(kind: Provider): ProviderSettings | undefined {
  const { name, baseUrl, discovered } = kind;
  return discovered !== true || baseUrl === undefined ? undefined : { name, kind, baseUrl, local: true, prices: [] };
}

function environmentKey({ environment }: ProviderReader, { auth }: Provider): string | undefined {
  return auth.environment.find((name) => variable(environment, name) !== undefined);
}

const nameText = /^[a-z0-9][a-z0-9._-]{0,63}$/i;

function settingsOf(reader: ProviderReader, name: string, entry: unknown): ProviderSettings | undefined {
  const path = ['providers', name];
  if (!nameText.test(name)) {
    reader.problems.add(
      path,
      'a provider is named with letters, digits, dots, dashes and underscores, 64 at most; choose such a name.',
    );
    return undefined;
  }
  const kind = kindOf(reader, { name, type: kindNameOf(name, entry), path });
  const input = checked(reader, providerSchema, { value: entry ?? {}, path });
  if (kind === undefined || input === undefined) return undefined;
  if (kind.builtIn === true) refuseAddress(reader, input, path);
  const address = addressOf(reader, { kind, input, path });
  const own = ownSettings(reader, { kind, input, path });
  const credential = own.identity === undefined ? credentialOf(reader, { kind, input, path }) : undefined;
  if (address === undefined) return undefined;
  return {
    name,
    kind,
    ...address,
    ...own,
    ...(credential === undefined ? {} : { credential }),
    ...optionalSettings(reader, { kind, input, path }),
  };
}

interface Entry {
  readonly kind: Provider;
  readonly input: ProviderInput;
  readonly path: Path;
}

function kindOf(
  { kinds, problems }: ProviderReader,
  asked: { readonly name: string; readonly type: string; readonly path: Path },
): Provider | undefined {
  const { name, type, path } = asked;
  const kind = kinds.find((each) => each.name === type);
  if (kind !== undefined) return kind;
  const ended = Object.hasOwn(endedKinds, type) ? endedKinds[type] : undefined;
  if (ended !== undefined) {
    problems.add(type === name ? path : [...path, 'type'], ended);
    return undefined;
  }
  const known = kinds.map((each) => each.name);
  const meant = didYouMean(nearestAmong(known)(type).slice(0, 1));
  const found = `there is no kind of provider ${JSON.stringify(type.slice(0, 80))}`;
  const remedy = type === name ? ' Give the entry a type, or name it after one.' : '';
  problems.add(
    type === name ? path : [...path, 'type'],
    `${found}${meant === '' ? '.' : `; ${meant}`}${remedy} There are ${known.join(', ')}.`,
  );
  return undefined;
}

function refuseAddress({ problems }: ProviderReader, input: ProviderInput, path: Path): void {
  for (const setting of ['base_url', 'api_key', 'headers'] as const) {
    if (input[setting] !== undefined)
      problems.add(
        [...path, setting],
        'this provider answers inside Trestle and takes no address, key or headers; take it out.',
      );
  }
}

function addressOf(
  reader: ProviderReader,
  { kind, input, path }: Entry,
): { readonly baseUrl: string; readonly local: boolean } | undefined {
  const { problems } = reader;
  const text = input.base_url ?? kind.baseUrl ?? addressOutside(reader, kind);
  const address = text === undefined ? undefined : parseBaseUrl(text);
  if (address === undefined)
    problems.add(
      [...path, 'base_url'],
      `an entry of the kind ${kind.name} needs one; write for example base_url: http://127.0.0.1:8000/v1.`,
    );
  return address;
}

function credentialOf(reader: ProviderReader, { kind, input, path }: Entry): Secret | undefined {
  const at = [...path, 'api_key'];
  if (input.api_key !== undefined) return credentialIn(reader, input.api_key, at);
  const name = environmentKey(reader, kind);
  if (name !== undefined) return credentialOutside(reader, name);
  if (kind.auth.optional !== true) {
    const [first = 'a variable'] = kind.auth.environment;
    const usual = `set ${first} in the environment, or write api_key here, or false instead of this entry to switch it off.`;
    reader.problems.add(at, `${kind.name} needs a key; ${reader.keyRemedy ?? usual}`);
  }
  return undefined;
}

/** Headers that belong to the connection or to us. */
const ownHeaders = new Set([
  'host',
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'accept-encoding',
  'upgrade',
]);

function optionalSettings(
  reader: ProviderReader,
  { kind, input, path }: Entry,
): Pick<ProviderSettings, 'headers' | 'models' | 'described' | 'adjust' | 'prices' | 'free'> {
  const { headers, adjust, prices, free } = input;
  for (const header of Object.keys(headers ?? {})) {
    if (/^[\w!#$%&'*+.^`|~-]{1,100}$/.test(header) && !ownHeaders.has(header.toLowerCase())) continue;
    reader.problems.add([...path, 'headers', header], 'this is no header that can be sent along; take it out.');
  }
  return {
    prices: Object.entries(prices ?? {}).map(([model, price]) => ({ model, price: priceOf(price) })),
    ...(free === undefined ? {} : { free: freeAllowance(free) }),
    ...modelsIn(reader, input.models, [...path, 'models']),
    ...(adjust === undefined ? {} : { adjust: entryAdjust(reader, { adjust, kind }, [...path, 'adjust']) }),
    ...(headers === undefined
      ? {}
      : { headers: Object.fromEntries(Object.entries(headers).map(([header, value]) => [header, secret(value)])) }),
  };
}

type AdjustInput = NonNullable<ProviderInput['adjust']>;

/** A dialect that the kind has no door for would be ignored. */
function entryAdjust(
  { problems }: ProviderReader,
  { adjust: { dialects = {}, ...everywhere }, kind }: { readonly adjust: AdjustInput; readonly kind: Provider },
  path: Path,
): EntryAdjust {
  const offers: readonly Offer[] = Object.values(kind.operations).flat();
  const spoken = new Set<string>(offers.map(({ dialect }) => dialect.name));
  for (const name of Object.keys(dialects).filter((each) => !spoken.has(each))) {
    const meant = didYouMean(nearestAmong([...spoken])(name).slice(0, 1));
    const found = `${kind.name} has no door of this dialect${meant === '' ? '.' : `; ${meant}`}`;
    problems.add([...path, 'dialects', name], `${found} It has doors of ${[...spoken].join(', ')}.`);
  }
  const one = Object.entries(dialects).map(([name, adjust]) => [name, adjustOf(adjust)]);
  return { ...adjustOf(everywhere), ...(one.length === 0 ? {} : { dialects: Object.fromEntries(one) }) };
}

function adjustOf({ without, renamed, usage_unasked, ends_unmarked }: Omit<AdjustInput, 'dialects'>): Adjust {
  return {
    ...(without === undefined ? {} : { without }),
    ...(renamed === undefined ? {} : { renamed }),
    ...(usage_unasked === undefined ? {} : { usageUnasked: usage_unasked }),
    ...(ends_unmarked === undefined ? {} : { endsUnmarked: ends_unmarked }),
  };
}
