import type { Procedure } from '../management/procedure.ts';
import { commandLines } from './commands.ts';
import { type Field, fieldsOf } from './fields.ts';
import { nouns, proceduresOf } from './managed.ts';
import { commandOf } from './question.ts';

/** What may follow the words that were typed: `''`, `keys`, `keys create`. */
export type WordTree = ReadonlyMap<string, Following>;

export interface Following {
  readonly words: readonly string[];
  /** Names of files may follow as well. */
  readonly files?: true;
  /** What a flag may be given; of others nobody knows. */
  readonly values: Readonly<Record<string, Values>>;
}

export type Values = readonly string[] | 'files';

/** Flags that are given nothing. */
export const switches: readonly string[] = ['--json', '--help', '--all', '--offline'];

const asking = ['--url', '--key', '--json', '--help'];
const startFiles = { '--config': 'files', '--data': 'files' } as const;
const starting = [...Object.keys(startFiles), '--listen', '--admin-listen', '--help'];
const dialects = ['openai-chat', 'openai-embeddings', 'anthropic-messages'];
const imports = ['litellm', 'portkey'];

/** Every command with what may follow it. */
export function wordTree(shells: readonly string[]): WordTree {
  const managed = nouns().flatMap(nounWords);
  const tops = [...new Set([...commandLines.map(({ name }) => name.split(' ')[0] ?? ''), ...nouns()])];
  const importing = imports.map(
    (name) =>
      [`import ${name}`, { ...following(['--out', '--name', '--json', '--help'], outFile), files: true }] as const,
  );
  return new Map<string, Following>([
    ...managed,
    ['', following([...tops, '--help', '--version'])],
    ['help', following(tops)],
    ['start', following(starting, startFiles)],
    ['doctor', following([...starting, '--offline', ...asking], startFiles)],
    // Its other verbs are those of the noun.
    ['config', following(['check', ...(managed.find(([path]) => path === 'config')?.[1].words ?? [])])],
    ['config check', { ...following([...starting, '--json'], startFiles), files: true }],
    ['chat', following(['--model', '--system', '--max-tokens', ...asking])],
    ['embed', following(['--model', '--dimensions', ...asking])],
    ['explain', { ...following(['--dialect', ...asking], { '--dialect': dialects }), files: true }],
    ['import', following([...imports, '--help'])],
    ...importing,
    ['openapi', following(['--url', '--help'])],
    ['completion', following(shells)],
    ['version', following([])],
  ]);
}

const outFile = { '--out': 'files' } as const;

function following(words: readonly string[], values: Following['values'] = {}): Following {
  return { words: [...new Set(words)], values };
}

type Entry = readonly [path: string, following: Following];

/** A noun alone lists, or reads: it takes the flags of that. */
function nounWords(noun: string): readonly Entry[] {
  const procedures = proceduresOf(noun);
  const verbs = procedures.map(({ name }) => commandOf(name).slice(noun.length + 1));
  const usual = ['list', 'get'].map((verb) => procedures.find(({ name }) => commandOf(name) === `${noun} ${verb}`));
  const { words, values } = verbWords(usual.find((one) => one !== undefined));
  return [
    [noun, following([...verbs, ...words], values)],
    ...procedures.map((procedure): Entry => [commandOf(procedure.name), verbWords(procedure)]),
  ];
}

function verbWords(procedure: Procedure | undefined): Following {
  if (procedure === undefined) return following(['--help']);
  const { flags } = fieldsOf(procedure);
  const isPaged = flags.some(({ name }) => name === 'after');
  const own = [
    ...flags.map(({ flag }) => `--${flag}`),
    '--fields',
    ...(procedure.method === 'GET' ? [] : ['--if-match']),
    ...(isPaged ? ['--all'] : []),
  ];
  const chosen = flags.flatMap((field) => {
    const choices = choicesOf(field);
    return choices.length === 0 ? [] : [[`--${field.flag}`, choices] as const];
  });
  return following([...own, ...asking], { ...Object.fromEntries(chosen), '--fields': 'files' });
}

/** `client|admin`, `chat|embed,…` */
function choicesOf({ looks }: Field): readonly string[] {
  const choices = looks.replace(/,…$/, '');
  return /^[\w-]+(\|[\w-]+)+$/.test(choices) && !/[A-Z]/.test(choices) ? choices.split('|') : [];
}
