import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruiseRooms, root, type Verdict } from './checks.ts';
import { breaches } from './machine-rules.ts';

/** Wrong on purpose, and the rule that must notice. */
const plantedImports = [
  {
    file: 'src/core/a.ts',
    text: `import { p } from '../platform/p.ts';\nexport const a = p;\n`,
    rule: 'core-knows-only-its-own',
  },
  { file: 'src/platform/p.ts', text: 'export const p = 1;\n', rule: undefined },
  {
    file: 'src/dialects/one/index.ts',
    text: `import { two } from '../two/index.ts';\nexport const one = two;\n`,
    rule: 'a-dialect-stands-alone',
  },
  { file: 'src/dialects/two/index.ts', text: 'export const two = 2;\n', rule: undefined },
  {
    file: 'src/dialects/one-more/index.ts',
    text: `import { two } from '../two/index.ts';\nexport const more = two;\n`,
    rule: 'a-dialect-stands-alone',
  },
  {
    file: 'src/dialects/two/shared.ts',
    text: `import { words } from '../two-words/index.ts';\nexport const shared = words;\n`,
    rule: 'a-dialect-stands-alone',
  },
  { file: 'src/dialects/two-words/index.ts', text: 'export const words = 2;\n', rule: undefined },
  {
    file: 'src/providers/x.ts',
    text: `import { y } from './y.ts';\nexport const x = y;\n`,
    rule: 'a-provider-stands-alone',
  },
  { file: 'src/providers/y.ts', text: 'export const y = 2;\n', rule: undefined },
  {
    file: 'src/policies/q.ts',
    text: `import { s } from '../store/s.ts';\nexport const q = s;\n`,
    rule: 'policies-takes-only-types-of-store',
  },
  { file: 'src/store/s.ts', text: 'export const s = 3;\n', rule: undefined },
  {
    file: 'src/pipeline/m.ts',
    text: `import { n } from './n.ts';\nexport const m = (): number => n();\n`,
    rule: 'no-cycles',
  },
  {
    file: 'src/pipeline/n.ts',
    text: `import { m } from './m.ts';\nexport const n = (): number => m();\n`,
    rule: undefined,
  },
];

const plantedReaches = [
  'export const t = Date.now();',
  'export const t = new Date();',
  'export const d = Math.random();',
  `export const f = fetch('x');`,
  'export const e = process.env.HOME;',
  'setTimeout(() => undefined, 1);',
  `import { readFileSync } from 'node:fs';`,
  `export const b = (provider: string): boolean => provider === 'groq';`,
  'export const c = (1 as unknown) as string;',
];

const plantedStyle = [
  'export function a(x: any): number {\n  return x;\n}\n',
  'export function a(x: string | undefined): number {\n  return x!.length;\n}\n',
  `export function a(): void {\n  Promise.resolve(1);\n}\n`,
  `export function a(b: number, c: number, d: number, e: number): number {\n  return b + c + d + e;\n}\n`,
  `${Array.from({ length: 301 }, (_, line) => `export const a${line} = ${line};`).join('\n')}\n`,
  `export function a(): void {\n${Array.from({ length: 61 }, (_, line) => `  b(${line});`).join('\n')}\n}\n\nfunction b(_c: number): void {}\n`,
  'export const a = "double quotes";\n',
];

/** Commits each crime in a scratch folder and reports those that nobody noticed. */
export async function plantedViolations(): Promise<Verdict> {
  const unnoticed = [...(await unnoticedImports()), ...unnoticedReaches(), ...(await unnoticedStyle())];
  const count =
    plantedImports.filter(({ rule }) => rule !== undefined).length + plantedReaches.length + plantedStyle.length;
  return { problems: unnoticed.map((crime) => `not caught: ${crime}`), seen: `${count} planted` };
}

async function unnoticedImports(): Promise<readonly string[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'planted-'));
  try {
    for (const { file, text } of plantedImports) {
      mkdirSync(dirname(join(scratch, file)), { recursive: true });
      writeFileSync(join(scratch, file), text);
    }
    const { violations } = (await cruiseRooms(scratch)).summary;
    return plantedImports
      .filter(
        ({ file, rule }) =>
          rule !== undefined && !violations.some((seen) => seen.from === file && seen.rule.name === rule),
      )
      .map(({ file, rule }) => `${rule} in ${file}`);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function unnoticedReaches(): readonly string[] {
  return plantedReaches.filter((text) => breaches('src/core/planted.ts', text, { machine: false }).length === 0);
}

async function unnoticedStyle(): Promise<readonly string[]> {
  const outside = mkdtempSync(join(tmpdir(), 'planted-'));
  try {
    symlinkSync(join(root, 'node_modules'), join(outside, 'node_modules'));
    const config = (await Bun.file(join(root, 'biome.json')).json()) as { vcs: unknown; files: unknown };
    await Bun.write(join(outside, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false }, files: {} }));
    const missed: string[] = [];
    for (const [index, text] of plantedStyle.entries()) {
      const file = join(outside, 'src/core', `planted-${index}.ts`);
      await Bun.write(file, text);
      if (await passesStyle(outside, file)) missed.push(`style ${index}: ${text.slice(0, 60).replaceAll('\n', ' ')}`);
    }
    return missed;
  } finally {
    rmSync(outside, { recursive: true });
  }
}

async function passesStyle(cwd: string, file: string): Promise<boolean> {
  const command = [
    process.execPath,
    join(root, 'node_modules/@biomejs/biome/bin/biome'),
    'check',
    '--error-on-warnings',
    file,
  ];
  return (await Bun.spawn(command, { cwd, stdout: 'ignore', stderr: 'ignore' }).exited) === 0;
}
