import type { Imported } from '../config/import/imported.ts';
import { importLitellm } from '../config/import/litellm.ts';
import { importPortkey } from '../config/import/portkey.ts';
import { ConfigurationError } from '../config/problems.ts';
import { didYouMean, nearestAmong } from '../core/nearest.ts';
import { Mistake, readWords } from './flags.ts';
import { textOf } from './named-file.ts';
import { plain } from './plain.ts';
import type { ExitCode, Tools } from './tools.ts';

export const importHelp = `trestle import litellm FILE [--out FILE]
trestle import portkey FILE [--name NAME] [--out FILE]

  Writes an equivalent trestle.yaml, and lists on the other output what has no equivalent, where and why. FILE is a
  config.yaml of LiteLLM's proxy, or a gateway config of Portkey's as JSON; - reads what is piped in.

  --out FILE   write there, if there is no such file yet; by default it is printed
  --name NAME  the alias that a Portkey config becomes; default
  --json       { "config", "notes" }`;

const importers = { litellm: importLitellm, portkey: importPortkey } as const;

/** `trestle import litellm config.yaml` */
export async function importFrom(tools: Tools, words: readonly string[]): Promise<ExitCode> {
  const given = readWords(words, { values: ['out', 'name'], switches: ['json'] });
  const [from = '', file, more] = given.others;
  if (!isImporter(from)) {
    const meant = didYouMean(nearestAmong(Object.keys(importers))(from).slice(0, 1));
    throw new Mistake(`say where from: ${Object.keys(importers).join(' or ')}${meant === '' ? '.' : `; ${meant}`}`);
  }
  if (file === undefined || more !== undefined)
    throw new Mistake(`import ${from} takes one file, or - for what is piped in.`);
  const text = file === '-' ? await tools.readInput() : textOf(tools, file);
  const kinds = (await tools.kinds()).map(({ name }) => name);
  const name = given.values['name'] ?? 'default';
  const imported = attempt(() => importers[from]({ file: file === '-' ? 'standard input' : file, text, kinds, name }));
  if (given.switches.has('json')) tools.say(JSON.stringify({ config: imported.text, notes: imported.notes }));
  else show(tools, imported, given.values['out']);
  return 0;
}

function isImporter(name: string): name is keyof typeof importers {
  return Object.hasOwn(importers, name);
}

function attempt(act: () => Imported): Imported {
  try {
    return act();
  } catch (thrown) {
    if (thrown instanceof ConfigurationError) throw new Mistake(thrown.message);
    throw thrown;
  }
}

function show({ say, complain, disk }: Tools, { text, notes }: Imported, out: string | undefined): void {
  if (out === undefined) say(text.trimEnd());
  else disk.writeNew(out, text);
  if (notes.length > 0) complain(['To look at:', ...notes.map(noteText)].join('\n'));
  if (out !== undefined) complain(`${out} is written; check it with: trestle config check ${out}`);
}

function noteText({ place, key, sentence }: Imported['notes'][number]): string {
  return `  ${plain(place)}  ${key === '' ? '' : `${plain(key)}: `}${plain(sentence)}`;
}
