import type { Config, ProviderSettings } from './config/config.ts';
import { differenceOf, spelledConfig } from './config/spelled-config.ts';
import { isJsonObject, type Json, type JsonObject } from './core/json.ts';
import type { Digest, Kept } from './core/ports.ts';

/** What the file and the environment said when they were last taken up for this data directory. */
export interface LastConfig {
  /** What is other in a configuration than it was then, for people; undefined if nothing is, or if nobody knows. */
  changeTo(config: Config): string | undefined;
  /** Puts a configuration in its place. */
  keep(config: Config): Promise<void>;
}

/** Kept in the data directory without a secret: of each there is only a keyed digest, to tell that it is another one. */
export function lastConfig(kept: Kept, digest: Pick<Digest, 'mac'>): LastConfig {
  return {
    changeTo(config) {
      const [was, is] = [partsIn(kept.read(file)), partsIn(textOf(config, digest))];
      if (was === undefined || is === undefined || JSON.stringify(was) === JSON.stringify(is)) return undefined;
      return [differenceOf(was.settings, is.settings), differenceOf(was.secrets, is.secrets)]
        .filter((part) => part !== '')
        .join(', ');
    },
    async keep(config) {
      const text = textOf(config, digest);
      if (kept.read(file) !== text) await kept.write(file, text);
    },
  };
}

const file = 'configuration.json';

interface Parts {
  readonly settings: JsonObject;
  /** A digest for each provider that has any. */
  readonly secrets: JsonObject;
}

function textOf(config: Config, digest: Pick<Digest, 'mac'>): string {
  const secrets = config.providers.flatMap((provider) => {
    const own = secretsOf(provider);
    return own.length === 0 ? [] : [[`the credential of ${provider.name}`, digest.mac(JSON.stringify(own))]];
  });
  return JSON.stringify({ settings: spelledConfig(config), secrets: Object.fromEntries(secrets) });
}

function secretsOf({ credential, headers = {}, identity }: ProviderSettings): readonly string[] {
  const own = [credential, identity?.kind === 'application' ? identity.clientSecret : undefined];
  const sent = Object.entries(headers).map(([name, value]) => `${name}: ${value.reveal()}`);
  return [...own.map((secret) => secret?.reveal() ?? ''), ...sent].filter((text) => text !== '');
}

function partsIn(text: string | undefined): Parts | undefined {
  try {
    const read: Json = text === undefined ? null : JSON.parse(text);
    if (!isJsonObject(read)) return undefined;
    const { settings, secrets } = read;
    return isJsonObject(settings) && isJsonObject(secrets) ? { settings, secrets } : undefined;
  } catch {
    return undefined;
  }
}
