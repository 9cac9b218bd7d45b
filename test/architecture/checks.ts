import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { breaches } from './machine-rules.ts';
import { roomRules, unruledRooms } from './room-rules.ts';

/** What a check found, and how much it looked at: a check that saw nothing has proved nothing. */
export interface Verdict {
  readonly problems: readonly string[];
  readonly seen: string;
}

export const root = resolve(import.meta.dir, '../..');

/** Fewer modules than this means that the tool did not see the sources at all. */
const fewestModules = 60;
/** Rooms and files that may touch the machine: the room that is for it, the engine's own driver and the entrance. */
const machineRights = /^src\/(platform\/|store\/sql\/|main\.ts)/;

export function checkTypes(): Promise<Verdict> {
  return run(
    [process.execPath, 'node_modules/typescript-7/bin/tsc', '--noEmit', '-p', '.'],
    'the whole project, strict',
  );
}

export function checkStyle(): Promise<Verdict> {
  return run(
    [process.execPath, 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
    'all files',
  );
}

export async function checkRooms(): Promise<Verdict> {
  const result = await cruiseRooms(root);
  const { totalCruised, violations } = result.summary;
  const problems = violations.map(({ from, to, rule }) => `${from} -> ${to}: ${rule.name}`);
  if (totalCruised < fewestModules)
    problems.push(`only ${totalCruised} modules were seen; at least ${fewestModules} are expected`);
  const rooms = readdirSync(join(root, 'src'), { withFileTypes: true });
  for (const room of unruledRooms(rooms.filter((entry) => entry.isDirectory()).map(({ name }) => name))) {
    problems.push(`src/${room} has no rule in test/architecture/room-rules.ts`);
  }
  return { problems, seen: `${totalCruised} modules` };
}

/** Cruises the `src` folder below `base` under the rules of the house. */
export async function cruiseRooms(base: string): Promise<ICruiseResult> {
  const { output } = await cruise(['src'], {
    baseDir: base,
    ruleSet: { forbidden: roomRules() },
    validate: true,
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts'] },
  });
  if (typeof output === 'string') throw new Error('dependency-cruiser gave text where a result was asked for');
  return output;
}

export async function checkMachine(): Promise<Verdict> {
  const files = [...new Bun.Glob('src/**/*.ts').scanSync({ cwd: root })].filter((file) => !file.endsWith('.test.ts'));
  const found: string[] = [];
  for (const file of files) {
    const text = await Bun.file(join(root, file)).text();
    for (const { line, what } of breaches(file, text, { machine: machineRights.test(file) }))
      found.push(`${file}:${line} ${what}`);
  }
  if (files.length < fewestModules)
    found.push(`only ${files.length} files were seen; at least ${fewestModules} are expected`);
  return { problems: found, seen: `${files.length} files` };
}

async function run(command: readonly string[], seen: string): Promise<Verdict> {
  const child = Bun.spawn([...command], { cwd: root, stdout: 'pipe', stderr: 'pipe' });
  const said = (await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])).join('\n');
  const code = await child.exited;
  return { problems: code === 0 ? [] : [said.trim()], seen };
}
