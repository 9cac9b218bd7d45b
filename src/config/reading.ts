import type { Config } from './config.ts';
import { type ConfigSources, loadConfig } from './load.ts';

/** What flags, environment and file said when they were read. */
export interface Reading {
  readonly sources: ConfigSources;
  readonly config: Config;
}

/**
 * Reads them, each file once: what comes of them later does not depend on who writes a file meanwhile. Throws a
 * `ConfigurationError` that names everything that is wrong.
 */
export function readingOf(sources: ConfigSources): Reading {
  const texts = new Map<string, string | undefined>();
  const once: ConfigSources = {
    ...sources,
    readFile(path) {
      if (!texts.has(path)) texts.set(path, sources.readFile(path));
      return texts.get(path);
    },
  };
  return { sources: once, config: loadConfig(once) };
}
