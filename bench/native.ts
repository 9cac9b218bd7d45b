import { mkdirSync } from 'node:fs';

/** The two native programs, compiled. */
export interface Native {
  readonly upstream: string;
  readonly load: string;
}

/** What the machine lacks for this benchmark, in a sentence for whoever started it. */
export class Lacking extends Error {}

/** Throws `Lacking` with the command to type when a tool is not there. */
export function demandTools(tools: Readonly<Record<string, string>>): void {
  for (const [tool, debianPackage] of Object.entries(tools)) {
    if (Bun.which(tool) === null) {
      throw new Lacking(
        `the benchmark needs ${tool}, which is not installed; on Debian: apt-get install ${debianPackage}`,
      );
    }
  }
}

/** Compiles `upstream.c` and `load.c` into `bench/.build/`. */
export function compileNative(): Native {
  const folder = `${import.meta.dir}/.build`;
  mkdirSync(folder, { recursive: true });
  const compile = (name: string): string => {
    const output = `${folder}/${name}`;
    const source = `${import.meta.dir}/${name}.c`;
    const done = Bun.spawnSync(['cc', '-std=gnu11', '-O2', '-Wall', '-Wextra', '-o', output, source, '-lm']);
    if (!done.success) throw new Lacking(`cc could not compile ${source}:\n${done.stderr.toString()}`);
    return output;
  };
  return { upstream: compile('upstream'), load: compile('load') };
}
