import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeTools } from '../../test/fakes/tools.ts';
import { commandLines } from './commands.ts';
import { wordTree } from './completion-tree.ts';
import { nouns } from './managed.ts';
import { run } from './run.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'trestle-completion-'));
  writeFileSync(join(home, 'ask.json'), '{}');
  // A directory of this name must not make a path of the noun.
  mkdirSync(join(home, 'keys'));
});
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

async function scriptOf(shell: string): Promise<string> {
  const fake = fakeTools();
  await run(fake.tools, ['completion', shell]);
  return fake.said[0] ?? '';
}

/** What a shell offers for a line that ends where the cursor stands. */
type Complete = (line: string) => Promise<readonly string[]>;

async function outputOf(command: readonly string[]): Promise<string> {
  const environment = { PATH: Bun.env['PATH'] ?? '', HOME: home, TERM: 'dumb' };
  const child = Bun.spawn([...command], { cwd: home, env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  return await child.stdout.text();
}

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

const bash: Complete = async (line) => {
  const words = line.split(/ |(=)/).filter((word) => word !== undefined);
  const typed = words.map((word) => `'${word}'`).join(' ');
  const script = `${await scriptOf('bash')}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _trestle; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return lines(await outputOf(['bash', '--norc', '-c', script]));
};

const fish: Complete = async (line) => {
  const script = `${await scriptOf('fish')}\ncomplete -C '${line}'`;
  // What stands behind a tabulator describes the word.
  return lines(await outputOf(['fish', '--no-config', '-c', script])).map((each) => each.split('\t')[0] ?? '');
};

/** Zsh completes in its line editor alone: it is typed at, and what it then runs tells what it made of each line. */
async function typedAtZsh(typed: readonly string[]): Promise<readonly (readonly string[])[]> {
  writeFileSync(join(home, 'script.zsh'), await scriptOf('zsh'));
  const begin = 'autoload -Uz compinit && compinit -u -D; source ./script.zsh; setopt no_list_beep no_auto_list';
  const recording = 'trestle() { count=$((count + 1)); print -rl -- "$@" > ran.part; mv ran.part ran.$count }';
  const waiting = (file: string): string => `while [[ ! -e ${file} ]]; do zpty -r -t shell x; done`;
  const script = [
    'zmodload zsh/zpty',
    "zpty shell 'zsh -f -i'",
    `zpty -w shell '${begin}; ${recording}; : > ready'`,
    waiting('ready'),
    ...typed.flatMap((line, index) => [`zpty -w -n shell '${line}'$'\\t\\n'`, waiting(`ran.${index + 1}`)]),
    'zpty -d shell',
  ].join('\n');
  await outputOf(['timeout', '20', 'zsh', '-f', '-c', script]);
  return typed.map((_, index) => lines(readFileSync(join(home, `ran.${index + 1}`), 'utf8')).slice(-1));
}

const one: readonly (readonly [line: string, word: string])[] = [
  ['trestle embe', 'embed'],
  ['trestle keys cre', 'create'],
  ['trestle keys create --nam', '--name'],
  ['trestle keys create --name web --expires-', '--expires-at'],
  ['trestle keys create --role adm', 'admin'],
  ['trestle import --out new.yaml litellm as', 'ask.json'],
  ['trestle providers upd', 'update'],
  ['trestle config chec', 'check'],
  ['trestle config his', 'history'],
  ['trestle config check as', 'ask.json'],
  ['trestle import lite', 'litellm'],
  ['trestle import litellm as', 'ask.json'],
  ['trestle import litellm ask.json --ou', '--out'],
  ['trestle start --config as', 'ask.json'],
  ['trestle doctor --off', '--offline'],
  ['trestle explain --dialect openai-e', 'openai-embeddings'],
  ['trestle explain --dialect openai-chat as', 'ask.json'],
  ['trestle completion fi', 'fish'],
  ['trestle help req', 'requests'],
];

const expected = one.map(([, word]) => [word]);
const everything = new Set([...commandLines.map((each) => each.name.split(' ')[0] ?? ''), ...nouns()]);

for (const [name, complete] of Object.entries({ bash, fish })) {
  const isHere = Bun.which(name) !== null;
  describe.skipIf(!isHere)(`${name}${isHere ? '' : ' (it is not on this machine)'}`, () => {
    test('completes commands, nouns, verbs, flags, values and files', async () => {
      expect(await Promise.all(one.map(([line]) => complete(line)))).toEqual(expected);
    }, 30_000);

    test('offers everything where nothing is typed yet', async () => {
      expect(new Set((await complete('trestle ')).filter((word) => !word.startsWith('-')))).toEqual(everything);
      expect(new Set(await complete('trestle keys create --role '))).toEqual(new Set(['client', 'admin']));
      expect(await complete('trestle keys create --name ')).toEqual([]);
    });
  });
}

test('every flag that the help of a command has is completed', async () => {
  const tree = wordTree([]);
  for (const name of ['chat', 'config check', 'doctor', 'embed', 'explain', 'import', 'openapi']) {
    const fake = fakeTools();
    await run(fake.tools, [...name.split(' '), '--help']);
    const flags = [...(fake.said[0] ?? '').matchAll(/(?:^ {2}|\[)((?:--[a-z-]+,? ?)+)/gm)].flatMap(
      ([, each = '']) => each.match(/--[a-z-]+/g) ?? [],
    );
    const paths = name === 'import' ? ['import litellm', 'import portkey'] : [name];
    for (const path of paths) {
      const offered = tree.get(path)?.words ?? [];
      expect({ path, missing: flags.filter((flag) => !offered.includes(flag)) }).toEqual({ path, missing: [] });
      expect(flags.length).toBeGreaterThan(0);
    }
  }
});

const isZshHere = Bun.which('zsh') !== null;
test.skipIf(!isZshHere)(
  `zsh completes the same${isZshHere ? '' : ' (it is not on this machine)'}`,
  async () => {
    expect(await typedAtZsh(one.map(([line]) => line))).toEqual(expected);
  },
  30_000,
);
