import { type Secret, secret } from '../core/secret.ts';
import type { Provider } from '../providers/provider.ts';
import { isLoopback, parseAddress } from './address.ts';
import { aliasesIn } from './alias-settings.ts';
import { type Address, type Config, type LogLevel, logLevels } from './config.ts';
import type { Flags } from './flags.ts';
import { type Environment, interpolated, variable } from './interpolation.ts';
import { ConfigurationError, type Problems, problemsIn } from './problems.ts';
import { type ProviderReader, providersIn } from './provider-settings.ts';
import { checked, describe, type ReadFile, unknownKeys } from './reader.ts';
import { rootSchema } from './schema.ts';
import { parseYaml, type YamlSource } from './yaml-source.ts';

export interface ConfigSources {
  readonly flags: Flags;
  readonly environment: Environment;
  readonly readFile: ReadFile;
  /** Every kind of provider there is. */
  readonly kinds: readonly Provider[];
}

/**
 * Puts flags, environment, file and defaults together, in this order of precedence. Pure but for what it is given. Throws a
 * `ConfigurationError` that names everything that is wrong.
 */
export function loadConfig(sources: ConfigSources): Config {
  const { name, source } = sourceOf(sources);
  const problems = problemsIn(source.place);
  const value = interpolated(source.value ?? {}, [], { environment: sources.environment, problems });
  const reader: ProviderReader = { ...sources, problems, written: source.value };
  const outside = outsideSettings(sources, problems);
  const parts = partsOf(reader, value);
  const providers = providersIn(reader, parts.providers);
  const aliases = aliasesIn({ ...reader, providers }, parts.models);
  if (problems.all.length > 0) throw new ConfigurationError(problems.all);
  const listen = outside.listen ?? addressOf(parts.listen) ?? { hostname: '127.0.0.1', port: 4141 };
  return Object.freeze({
    ...(name === undefined ? {} : { file: name }),
    listen,
    ...adminListen(listen, outside.adminListen ?? addressOf(parts.admin_listen)),
    data: outside.data ?? parts.data ?? './data',
    logLevel: outside.logLevel ?? parts.log.level ?? 'info',
    ...(outside.adminKey === undefined ? {} : { adminKey: outside.adminKey }),
    ...(outside.clientKey === undefined ? {} : { clientKey: outside.clientKey }),
    limits: {
      maxBodyBytes: parts.limits.max_body_bytes,
      headTimeoutMs: parts.limits.head_timeout_ms,
      idleTimeoutMs: parts.limits.idle_timeout_ms,
      callTimeoutMs: parts.limits.call_timeout_ms,
    },
    retry: { attempts: parts.retry.attempts, maxDelayMs: parts.retry.max_delay_ms },
    providers: providers.settings,
    aliases,
  });
}

const usualFile = './trestle.yaml';

/** The file that is asked for must be there; the usual one may be. */
function sourceOf({ flags, environment, readFile }: ConfigSources): {
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
    text = readFile(name);
  } catch {
    throw refuse('this file cannot be read; check who may read it.');
  }
  if (text !== undefined) return { name, source: parseYaml(name, text) };
  if (asked !== undefined) throw refuse('there is no such file; check the path.');
  return { name: undefined, source: { value: {}, place: () => 'configuration' } };
}

/** Each part is checked by itself, so that a mistake in one hides none in another. */
function partsOf(reader: ProviderReader, value: unknown) {
  const given = isMap(value) ? value : {};
  if (!isMap(value))
    reader.problems.add([], `found ${describe(value)}, wanted a map with settings, such as listen: 127.0.0.1:4141.`);
  const known = Object.keys(rootSchema.shape);
  unknownKeys(reader, { at: [], keys: Object.keys(given).filter((key) => !known.includes(key)), known });
  const { shape } = rootSchema;
  const part = <Name extends keyof typeof shape>(name: Name) =>
    checked(reader, shape[name], { value: given[name] ?? undefined, path: [name] });
  return {
    listen: part('listen'),
    admin_listen: part('admin_listen'),
    data: part('data'),
    log: part('log') ?? {},
    limits: part('limits') ?? shape.limits.parse(undefined),
    retry: part('retry') ?? shape.retry.parse(undefined),
    providers: mapAt(given['providers']),
    models: mapAt(given['models']),
    checked: [part('providers'), part('models')],
  };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Entries are looked at one by one even if a neighbour is wrong. */
function mapAt(value: unknown): Readonly<Record<string, unknown>> {
  return isMap(value) ? value : {};
}

interface OutsideSettings {
  readonly listen?: Address | undefined;
  readonly adminListen?: Address | undefined;
  readonly data?: string | undefined;
  readonly logLevel?: LogLevel | undefined;
  readonly adminKey?: Secret | undefined;
  readonly clientKey?: Secret | undefined;
}

/** What flags and environment say. */
function outsideSettings({ flags, environment }: ConfigSources, problems: Problems): OutsideSettings {
  const address = (flag: string, given: string | undefined, name: string): Address | undefined => {
    const text = given ?? variable(environment, name);
    const read = text === undefined ? undefined : parseAddress(text);
    if (text !== undefined && read === undefined) {
      const [place, key] = given === undefined ? ['environment', name] : ['command line', flag];
      problems.addOutside(place, key, `found ${describe(text)}, wanted an address and a port, such as 127.0.0.1:4141.`);
    }
    return read;
  };
  const keys = {
    adminKey: keyIn('TRESTLE_ADMIN_KEY', environment, problems),
    clientKey: keyIn('TRESTLE_CLIENT_KEY', environment, problems),
  };
  if (keys.adminKey !== undefined && keys.adminKey.reveal() === keys.clientKey?.reveal()) {
    problems.addOutside(
      'environment',
      'TRESTLE_CLIENT_KEY',
      'it is the same as TRESTLE_ADMIN_KEY, so every client would administer; choose another.',
    );
  }
  for (const [name, what] of [
    ['DATABASE_URL', 'in SQLite, in its data directory'],
    ['REDIS_URL', 'in SQLite and in memory'],
  ] as const) {
    if (variable(environment, name) !== undefined)
      problems.addOutside('environment', name, `this version keeps everything ${what}; unset it for this process.`);
  }
  return {
    listen: address('--listen', flags.listen, 'TRESTLE_LISTEN'),
    adminListen: address('--admin-listen', flags.adminListen, 'TRESTLE_ADMIN_LISTEN'),
    data: flags.data ?? variable(environment, 'TRESTLE_DATA'),
    logLevel: logLevelIn(environment, problems),
    ...keys,
  };
}

function logLevelIn(environment: Environment, problems: Problems): LogLevel | undefined {
  const text = variable(environment, 'TRESTLE_LOG');
  const level = logLevels.find((each) => each === text);
  if (text !== undefined && level === undefined)
    problems.addOutside(
      'environment',
      'TRESTLE_LOG',
      `found ${describe(text)}, wanted one of ${logLevels.join(', ')}.`,
    );
  return level;
}

function keyIn(name: string, environment: Environment, problems: Problems): Secret | undefined {
  const text = variable(environment, name);
  if (text === undefined) return undefined;
  if (/^[\x21-\x7e]{1,512}$/.test(text)) return secret(text);
  problems.addOutside(
    'environment',
    name,
    'it cannot stand in a header: it has spaces or unprintable characters in it, or is longer than 512; choose another.',
  );
  return undefined;
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
