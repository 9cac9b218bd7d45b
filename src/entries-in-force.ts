import type { Loaded } from './config/load-stored.ts';
import type { Problem } from './config/problems.ts';
import { spelledAlias, spelledFacts, spelledProvider } from './config/spelled-config.ts';
import { isJsonObject, type JsonObject } from './core/json.ts';
import type {
  ConfigurationInForce,
  ConfigurationMistake,
  EntryInForce,
  SettingName,
} from './management/configuration.ts';
import type { Setting } from './store/store.ts';

export function isSame(one: SettingName, other: SettingName): boolean {
  return one.kind === other.kind && one.name === other.name;
}

/** Providers, aliases and what is set of models as they are, those that operators set with what they set, in force or not. */
export function entriesInForce(
  { config, leftOut }: Loaded,
  settings: readonly Setting[],
): Pick<ConfigurationInForce, 'providers' | 'aliases' | 'models'> {
  const entries = (kind: SettingName['kind'], found: readonly EntryInForce[]): readonly EntryInForce[] => {
    const own = settings.filter((setting) => setting.kind === kind);
    const out = own.flatMap((setting): readonly EntryInForce[] => {
      const mistake = leftOut.find((one) => isSame(one, setting))?.problems[0]?.sentence;
      return mistake === undefined
        ? []
        : [{ name: setting.name, entry: plain(setting), stored: { ...traits(setting), mistake } }];
    });
    const inForce = found.map((one): EntryInForce => {
      const setting = own.find(({ name }) => name === one.name && !out.some((other) => other.name === name));
      return setting === undefined ? one : { ...one, stored: traits(setting) };
    });
    return [...inForce, ...out];
  };
  return {
    providers: entries(
      'provider',
      config.providers.map((one) => ({ name: one.name, entry: spelledProvider(one) })),
    ),
    aliases: entries(
      'alias',
      config.aliases.map((one) => ({ name: one.name, entry: spelledAlias(one) })),
    ),
    models: entries(
      'model',
      config.overrides
        .map(({ provider, model, facts }) => ({ name: `${provider}/${model}`, entry: spelledFacts(facts) }))
        // One whose facts are left out may still be switched off; it is told once.
        .filter(({ name }) => !leftOut.some((one) => isSame(one, { kind: 'model', name }))),
    ),
  };
}

function traits(setting: Setting): NonNullable<EntryInForce['stored']> {
  const { disabled, version, createdAt, updatedAt } = setting;
  return { entry: plain(setting), disabled, version, createdAt, updatedAt };
}

function plain({ entry }: Setting): JsonObject {
  return isJsonObject(entry) ? entry : {};
}

export function mistakeOf({ place, key, sentence }: Problem): ConfigurationMistake {
  return { place, key, message: sentence };
}
