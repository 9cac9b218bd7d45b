import { completionScripts } from './completion-scripts.ts';
import { wordTree } from './completion-tree.ts';
import { Mistake, onlyWord, readWords } from './flags.ts';
import type { ExitCode, Tools } from './tools.ts';

export const completionHelp = `trestle completion bash|zsh|fish

  A script that completes commands, flags, the values that a flag can have, and files.

  bash: source <(trestle completion bash)
  zsh:  source <(trestle completion zsh)
  fish: trestle completion fish | source`;

/** `trestle completion bash` */
export function completion(tools: Tools, words: readonly string[]): Promise<ExitCode> {
  const shell = onlyWord(
    readWords(words, { values: [], switches: [] }),
    'completion takes one shell: bash, zsh or fish.',
  );
  const script = Object.hasOwn(completionScripts, shell) ? completionScripts[shell] : undefined;
  if (script === undefined)
    throw new Mistake(`there is no completion for ${JSON.stringify(shell.slice(0, 40))}; there is bash, zsh and fish.`);
  tools.say(script(wordTree(Object.keys(completionScripts))));
  return Promise.resolve(0);
}
