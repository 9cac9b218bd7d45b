import type { Config } from './config.ts';
import { type ConfigSources, loadConfig } from './load.ts';
import { ConfigurationError, type Problem } from './problems.ts';
import { type StoredEntry, storedPlace, withoutFacts } from './stored-entries.ts';

/** What is in force, and what of the stored entries is not. */
export interface Loaded {
  readonly config: Config;
  readonly leftOut: readonly LeftOut[];
}

/** A stored entry that cannot be used, with what is wrong with it. */
export interface LeftOut extends Pick<StoredEntry, 'kind' | 'name'> {
  readonly problems: readonly Problem[];
}

/**
 * Loads the configuration with what operators set over the API beneath the file. A stored entry that cannot be used, for
 * example because the file no longer has what it leads to, is left out and told: it must not keep a server from starting.
 * A model that is switched off stays so, whatever comes before its facts. Throws a `ConfigurationError` for what is wrong with
 * the file itself.
 */
export function loadWithStored(sources: ConfigSources): Loaded {
  const leftOut: LeftOut[] = [];
  let stored = sources.stored ?? [];
  for (;;) {
    try {
      return { config: loadConfig({ ...sources, stored }), leftOut };
    } catch (thrown) {
      if (!(thrown instanceof ConfigurationError)) throw thrown;
      const { problems } = thrown;
      const wrong = stored.flatMap((entry) => leaving(entry, problems) ?? []);
      if (wrong.length === 0) throw thrown;
      leftOut.push(...wrong.filter((one) => !leftOut.some((other) => isSame(one, other))));
      stored = stored.flatMap((entry) =>
        wrong.some((one) => isSame(one, entry)) ? (withoutFacts(entry) ?? []) : entry,
      );
    }
  }
}

type Named = Pick<StoredEntry, 'kind' | 'name'>;

function isSame(one: Named, other: Named): boolean {
  return one.kind === other.kind && one.name === other.name;
}

function leaving({ kind, name }: StoredEntry, problems: readonly Problem[]): LeftOut | undefined {
  const own = problems.filter(({ place }) => place === storedPlace({ kind, name }));
  return own.length === 0 ? undefined : { kind, name, problems: own };
}
