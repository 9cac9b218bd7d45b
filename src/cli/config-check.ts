import { readFlags } from '../config/flags.ts';
import { loadConfig } from '../config/load.ts';
import { ConfigurationError } from '../config/problems.ts';
import { Mistake, readWords } from './flags.ts';
import type { ExitCode, Tools } from './tools.ts';

export const configCheckHelp = `trestle config check [FILE] [flags]

  Reads the configuration as a start would, with the environment of this shell, and says everything that is wrong with it:
  file, line, key, what was found and what to do. Nothing is started and nobody is asked. Exit 2 if it cannot be used.

  --config FILE  the same as FILE
  --json         { "ok", "file", "providers", "aliases", "problems" }
  --data, --listen, --admin-listen as of start`;

/** The flags that a start takes. */
export const startFlags = ['config', 'data', 'listen', 'admin-listen'] as const;

/** `trestle config check` */
export async function configCheck(tools: Tools, words: readonly string[]): Promise<ExitCode> {
  const given = readWords(words, { values: startFlags, switches: ['json'] });
  const [file, more] = given.others;
  if (more !== undefined || (file !== undefined && given.values['config'] !== undefined))
    throw new Mistake('config check takes one file.');
  const flags = startFlags.flatMap((name) => {
    const value = name === 'config' ? (file ?? given.values[name]) : given.values[name];
    return value === undefined ? [] : [`--${name}=${value}`];
  });
  const asJson = given.switches.has('json');
  try {
    const config = loadConfig({ ...tools, flags: readFlags(flags), kinds: await tools.kinds() });
    const names = {
      providers: config.providers.map(({ name }) => name),
      aliases: config.aliases.map(({ name }) => name),
    };
    if (asJson) tools.say(JSON.stringify({ ok: true, file: config.file ?? null, ...names, problems: [] }));
    else tools.say(`${config.file ?? 'Without a file, the configuration'} can be used.\n${counted(names)}`);
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof ConfigurationError)) throw thrown;
    if (asJson) tools.say(JSON.stringify({ ok: false, problems: thrown.problems }));
    else tools.complain(thrown.message);
    return 2;
  }
}

function counted({
  providers,
  aliases,
}: {
  readonly providers: readonly string[];
  readonly aliases: readonly string[];
}): string {
  return [`  providers: ${providers.join(', ') || 'none'}`, `  aliases:   ${aliases.join(', ') || 'none'}`].join('\n');
}
