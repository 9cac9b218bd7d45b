import { commandLines } from './commands.ts';
import { fieldsOf } from './fields.ts';
import { Mistake, onlyWord, readWords } from './flags.ts';
import { nouns, proceduresOf } from './managed.ts';
import { commandOf } from './question.ts';
import type { ExitCode, Tools } from './tools.ts';

export const completionHelp = `trestle completion bash|zsh|fish

  A script that completes commands and flags.

  bash: source <(trestle completion bash)
  zsh:  source <(trestle completion zsh)
  fish: trestle completion fish | source`;

const shells: Readonly<Record<string, (tree: Tree) => string>> = { bash, zsh, fish };

/** `trestle completion bash` */
export function completion(tools: Tools, words: readonly string[]): Promise<ExitCode> {
  const shell = onlyWord(
    readWords(words, { values: [], switches: [] }),
    'completion takes one shell: bash, zsh or fish.',
  );
  const script = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
  if (script === undefined)
    throw new Mistake(`there is no completion for ${JSON.stringify(shell.slice(0, 40))}; there is bash, zsh and fish.`);
  tools.say(script(wordTree()));
  return Promise.resolve(0);
}

/** What may follow what was typed: `''`, `keys`, `keys create`. */
type Tree = ReadonlyMap<string, readonly string[]>;

const asking = ['--url', '--key', '--json', '--help'];
const starting = ['--config', '--data', '--listen', '--admin-listen', '--help'];
const flagsOf: Readonly<Record<string, readonly string[]>> = {
  start: starting,
  doctor: [...starting, ...asking],
  'config check': [...starting, '--json'],
  chat: ['--model', '--system', '--max-tokens', ...asking],
  embed: ['--model', '--dimensions', ...asking],
  explain: ['--dialect', ...asking],
  import: ['litellm', 'portkey', '--out', '--name', '--help'],
  openapi: ['--url', '--help'],
  completion: Object.keys(shells),
};

function wordTree(): Tree {
  const tree = new Map<string, readonly string[]>();
  const add = (path: string, words: readonly string[]): void => {
    tree.set(path, [...new Set([...(tree.get(path) ?? []), ...words])]);
  };
  for (const { name } of commandLines) {
    const [first = '', second] = name.split(' ');
    add('', [first]);
    if (second !== undefined) add(first, [second]);
    add(name, flagsOf[name] ?? []);
  }
  for (const noun of nouns()) {
    add('', [noun]);
    for (const procedure of proceduresOf(noun)) {
      const command = commandOf(procedure.name);
      add(noun, [command.slice(noun.length + 1)]);
      add(command, [...fieldsOf(procedure).flags.map(({ flag }) => `--${flag}`), '--fields', ...asking]);
    }
  }
  return tree;
}

function bash(tree: Tree): string {
  return `_trestle() {
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD-1}") path="" word
  for word in "\${words[@]}"; do [[ $word == -* ]] || path="\${path:+$path }$word"; done
  local found=""
  case "$path" in
${cases(tree, (words) => `found="${words.join(' ')}"`)}
  esac
  COMPREPLY=($(compgen -W "$found" -- "\${COMP_WORDS[COMP_CWORD]}"))
  [ -n "$found" ] || COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _trestle trestle`;
}

function zsh(tree: Tree): string {
  return `#compdef trestle
_trestle() {
  local route="" word
  for word in "\${words[@]:1:$((CURRENT - 2))}"; do [[ $word == -* ]] || route="\${route:+$route }$word"; done
  case "$route" in
${cases(tree, (words) => `compadd -- ${words.join(' ')}`)}
    *) _files ;;
  esac
}
compdef _trestle trestle`;
}

/** The longest way first, so that words behind a command do not hide its flags. */
function cases(tree: Tree, act: (words: readonly string[]) => string): string {
  return [...tree]
    .filter(([, words]) => words.length > 0)
    .toSorted(([a], [b]) => b.length - a.length)
    .map(([path, words]) => `    ${path === '' ? '""' : `"${path}" | "${path} "*`}) ${act(words)} ;;`)
    .join('\n');
}

function fish(tree: Tree): string {
  const lines = [...tree].flatMap(([path, words]) => {
    const typed = path === '' ? '__fish_use_subcommand' : `__trestle_typed ${path}`;
    return words.map((word) =>
      word.startsWith('--')
        ? `complete -c trestle -n '${typed}' -l ${word.slice(2)}`
        : `complete -c trestle -f -n '${typed}' -a ${word}`,
    );
  });
  return `function __trestle_typed
  set -l typed (string match -v -- '-*' (commandline -opc)[2..-1])
  test "$typed[1..(count $argv)]" = "$argv"
end
${lines.join('\n')}`;
}
