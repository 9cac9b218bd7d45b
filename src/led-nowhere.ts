import { withoutQuery } from './catalog/permission.ts';
import type { AliasSettings, Config } from './config/config.ts';
import { storedPlace } from './config/stored-entries.ts';
import type { ConfigurationMistake, EntryInForce } from './management/configuration.ts';

/** Aliases whose every target is switched off: each call to them is refused until somebody does something. */
export function ledNowhere(config: Config, aliases: readonly EntryInForce[]): readonly ConfigurationMistake[] {
  const off = new Set(config.overrides.filter(({ disabled }) => disabled === true).map(spelled));
  const providersOff = new Set(config.providers.filter(({ disabled }) => disabled === true).map(({ name }) => name));
  const isOff = (target: AliasSettings['targets'][number]): boolean =>
    off.has(withoutQuery(spelled(target))) || providersOff.has(target.provider);
  return config.aliases
    .filter(({ targets }) => targets.every(isOff))
    .map(({ name, targets }) => {
      const [first, ...others] = targets.map(spelled);
      const all = others.length === 0 ? `${first}, which is` : `${[first, ...others].join(', ')}, which are all`;
      return {
        place: placeOf(config, aliases, name),
        key: `models.${name}`,
        message: `${name} leads to ${all} switched off, so that every call to it is refused; switch that on again, or lead the alias elsewhere.`,
      };
    });
}

function spelled({ provider, model }: AliasSettings['targets'][number]): string {
  return `${provider}/${model}`;
}

function placeOf({ file }: Config, aliases: readonly EntryInForce[], wanted: string): string {
  const isStored = aliases.some(
    ({ name, stored }) => name === wanted && stored !== undefined && stored.mistake === undefined,
  );
  return isStored ? storedPlace({ kind: 'alias', name: wanted }) : (file ?? 'configuration');
}
