import type { Provider } from '../providers/provider.ts';
import { isLoopback, parseAddress } from './address.ts';
import { aliasesIn } from './alias-settings.ts';
import type { Address, Config } from './config.ts';
import { fileSettings } from './file-settings.ts';
import type { Flags } from './flags.ts';
import { type Environment, interpolated, variable } from './interpolation.ts';
import { modelOverridesIn } from './model-overrides.ts';
import { parseOpenPlace } from './open-place.ts';
import { outsideSettings } from './outside-settings.ts';
import { priceOf } from './price-settings.ts';
import { ConfigurationError, type Problem, problemsIn } from './problems.ts';
import { type ProviderReader, providersIn } from './provider-settings.ts';
import type { ReadFile } from './reader.ts';
import { type StoredEntry, storedBeneath, storedPlace } from './stored-entries.ts';
import { parseYaml, type YamlSource } from './yaml-source.ts';

export interface ConfigSources {
  readonly flags: Flags;
  readonly environment: Environment;
  readonly readFile: ReadFile;
  /** Every kind of provider there is. */
  readonly kinds: readonly Provider[];
  /** Read instead of the file, as if it stood there. */
  readonly text?: string;
  /** What operators set while Trestle ran. The file comes first: a name that stands in it is not looked for here. */
  readonly stored?: readonly StoredEntry[];
}

/**
 * Puts flags, environment, file and defaults together, in this order of precedence. Pure but for what it is given. Throws a
 * `ConfigurationError` that names everything that is wrong.
 */
export function loadConfig(sources: ConfigSources): Config {
  const { name, source } = sourceOf(sources);
  const stored = storedBeneath(source.value, sources.stored ?? []);
  const problems = problemsIn((path) => stored.place(path) ?? source.place(path));
  for (const entry of stored.shadowed) {
    problems.addOutside(storedPlace(entry), '', shadowedBy(name ?? 'the file', entry));
  }
  const value = interpolated(source.value ?? {}, [], { environment: sources.environment, problems });
  const reader: ProviderReader = { ...sources, problems, written: stored.written };
  const outside = outsideSettings({ ...sources, problems });
  const file = fileSettings(reader, value);
  const providers = providersIn(reader, { file: file.providers, stored: stored.providers, disabled: stored.disabled });
  const aliases = aliasesIn({ ...reader, providers }, { ...file.models, ...stored.aliases });
  const overrides = modelOverridesIn({ ...reader, providers }, stored);
  if (problems.all.length > 0) throw new ConfigurationError(problems.all.toSorted(byPlace));
  const listen = outside.listen ?? addressOf(file.listen) ?? { hostname: '127.0.0.1', port: 4141 };
  return Object.freeze({
    ...(name === undefined ? {} : { file: name }),
    listen,
    ...adminListen(listen, outside.adminListen ?? addressOf(file.admin_listen)),
    data: outside.data ?? file.data ?? './data',
    logLevel: outside.logLevel ?? file.log.level ?? 'info',
    ...(outside.adminKey === undefined ? {} : { adminKey: outside.adminKey }),
    ...(outside.clientKey === undefined ? {} : { clientKey: outside.clientKey }),
    limits: {
      maxBodyBytes: file.limits.max_body_bytes,
      headTimeoutMs: file.limits.head_timeout_ms,
      idleTimeoutMs: file.limits.idle_timeout_ms,
      callTimeoutMs: file.limits.call_timeout_ms,
    },
    media: {
      maxBytes: file.media.max_bytes,
      timeoutMs: file.media.timeout_ms,
      allow: file.media.allow.flatMap((place) => parseOpenPlace(place) ?? []),
    },
    ...(file.unknown_price === undefined ? {} : { unknownPrice: priceOf(file.unknown_price) }),
    retry: { attempts: file.retry.attempts, maxDelayMs: file.retry.max_delay_ms },
    budgets: { minOutputTokens: file.budgets.min_output_tokens },
    providers: providers.settings,
    discoverable: providers.discoverable,
    aliases,
    overrides,
  });
}

function shadowedBy(file: string, { kind }: StoredEntry): string {
  return kind === 'model'
    ? `${file} says what is known of this model, which comes first; change it there, and set here no more than disabled.`
    : `${file} has something of this name too, which comes first; change it there, or take it out there.`;
}

function byPlace(a: Problem, b: Problem): number {
  return a.place.localeCompare(b.place, 'en', { numeric: true });
}

const usualFile = 'trestle.yaml';

/** The file that is asked for must be there; the usual one may be. */
function sourceOf({ flags, environment, readFile, text: instead }: ConfigSources): {
  readonly name: string | undefined;
  readonly source: YamlSource;
} {
  const asked = flags.config ?? variable(environment, 'TRESTLE_CONFIG');
  const name = asked ?? usualFile;
  const place = flags.config === undefined ? 'TRESTLE_CONFIG' : '--config';
  const refuse = (sentence: string): ConfigurationError =>
    new ConfigurationError([{ place: name, key: asked === undefined ? '' : place, sentence }]);
  let text: string | undefined;
  try {
    text = instead ?? readFile(name);
  } catch {
    throw refuse('this file cannot be read; check who may read it.');
  }
  if (text !== undefined) return { name, source: parseYaml(name, text) };
  if (asked !== undefined) throw refuse('there is no such file; check the path.');
  return { name: undefined, source: { value: {}, place: () => 'configuration' } };
}

function addressOf(text: string | undefined): Address | undefined {
  return text === undefined ? undefined : parseAddress(text);
}

/** Management stands at the same address while that is this machine's own; else it gets one that is. */
function adminListen(listen: Address, asked: Address | undefined): { readonly adminListen?: Address } {
  if (asked === undefined)
    return isLoopback(listen.hostname) ? {} : { adminListen: { hostname: '127.0.0.1', port: 4142 } };
  return asked.hostname === listen.hostname && asked.port === listen.port ? {} : { adminListen: asked };
}
