import { didYouMean, nearestAmong } from '../core/nearest.ts';
import { commandLines } from './commands.ts';
import { ended } from './ended.ts';
import { Mistake } from './flags.ts';
import type { Command, ExitCode, Tools } from './tools.ts';
import { usage, version } from './usage.ts';

/** A command with what `--help` says of it. */
interface Loaded {
  readonly run: Command;
  readonly help: string;
}

/** Each command is loaded when it is asked for. */
const commands: Readonly<Record<string, () => Promise<Loaded>>> = {
  chat: async () => {
    const { chat, chatHelp } = await import('./chat.ts');
    return { run: chat, help: chatHelp };
  },
  completion: async () => {
    const { completion, completionHelp } = await import('./completion.ts');
    return { run: completion, help: completionHelp };
  },
  doctor: async () => {
    const { doctor, doctorHelp } = await import('./doctor.ts');
    return { run: doctor, help: doctorHelp };
  },
  embed: async () => {
    const { embed, embedHelp } = await import('./embed.ts');
    return { run: embed, help: embedHelp };
  },
  explain: async () => {
    const { explain, explainHelp } = await import('./explain.ts');
    return { run: explain, help: explainHelp };
  },
  import: async () => {
    const { importFrom, importHelp } = await import('./import.ts');
    return { run: importFrom, help: importHelp };
  },
  invoice: async () => {
    const { invoice, invoiceHelp } = await import('./invoice.ts');
    return { run: invoice, help: invoiceHelp };
  },
  openapi: async () => {
    const { openapi, openapiHelp } = await import('./openapi.ts');
    return { run: openapi, help: openapiHelp };
  },
};

/** `config check` looks at files; everything else of `config` is the server's. */
const configCheck = async (): Promise<Loaded> => {
  const { configCheck: run, configCheckHelp: help } = await import('./config-check.ts');
  return { run, help };
};

/** Does what the words of a command line ask, but for `start`. Tells the person what went wrong. */
export function run(tools: Tools, words: readonly string[]): Promise<ExitCode> {
  return ended(tools, () => chosen(tools, words));
}

async function chosen(tools: Tools, [name = 'help', ...words]: readonly string[]): Promise<ExitCode> {
  if (name === 'help' && words.length > 0 && words[0] !== '--help') return await chosen(tools, [...words, '--help']);
  const said = Object.hasOwn(plainly, name) ? plainly[name] : undefined;
  if (said !== undefined) return spoken(tools, said());
  if (words.includes('--help') && name === 'start') return spoken(tools, usage());
  const load =
    name === 'config' && words[0] === 'check'
      ? configCheck
      : Object.hasOwn(commands, name)
        ? commands[name]
        : undefined;
  if (load === undefined) return await manage(tools, name, words);
  const loaded = await load();
  const given = load === configCheck ? words.slice(1) : words;
  if (given.includes('--help') || given.includes('-h')) return spoken(tools, loaded.help);
  return await loaded.run(tools, given);
}

const plainly: Readonly<Record<string, () => string>> = {
  help: usage,
  '--help': usage,
  '-h': usage,
  version: () => version,
  '--version': () => version,
};

function spoken({ say }: Tools, text: string): ExitCode {
  say(text);
  return 0;
}

async function manage(tools: Tools, name: string, words: readonly string[]): Promise<ExitCode> {
  const { managed, nouns } = await import('./managed.ts');
  if (nouns().includes(name)) return await managed(tools, name, words);
  const known = [...new Set([...commandLines.map((each) => each.name.split(' ')[0] ?? ''), ...nouns()])];
  const meant = didYouMean(nearestAmong(known)(name).slice(0, 1));
  throw new Mistake(
    `there is no command ${JSON.stringify(name.slice(0, 40))}; ${meant === '' ? '' : `${meant} `}\`trestle help\` lists them.`,
  );
}
