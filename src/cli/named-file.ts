import { Mistake } from './flags.ts';
import type { CommandTools } from './tools.ts';

/** The text of a file that was named. Throws a `Mistake` if there is none. */
export function textOf({ readFile }: Pick<CommandTools, 'readFile'>, name: string): string {
  let text: string | undefined;
  try {
    text = readFile(name);
  } catch {
    throw new Mistake(`${name} cannot be read; check who may read it and that it is text.`);
  }
  if (text === undefined) throw new Mistake(`there is no file ${name}.`);
  return text;
}
