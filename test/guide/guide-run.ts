import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../architecture/checks.ts';
import { type Started, startTrestle } from '../started.ts';
import { type Example, examplesIn } from './examples.ts';

/** What an example did. */
export interface Ran {
  readonly example: Example;
  /** Both outputs, as a terminal would show them. */
  readonly output: string;
  readonly code: number;
}

/** A page whose examples are run one after the other, as a reader would. */
export interface GuideRun {
  /** Runs what cannot fail only because something before it did; ends at the first example that fails. */
  all(): Promise<readonly Ran[]>;
  close(): Promise<void>;
}

/** What the vendor takes. */
export const vendorKey = 'vendor-key';
/** The models that pages speak of, each answered by the sandbox of a Trestle that stands in for the vendor. */
const vendorConfig = `
models:
  gpt-5-mini: sandbox/echo
  gpt-5: sandbox/echo
  claude-haiku-4-5: sandbox/echo
  qwen3: sandbox/echo
  text-embedding-3-small: sandbox/embed
`;

/** A vendor that answers as it should, until it is told to stop. */
export function startVendor(): Promise<Started> {
  return startTrestle({ config: vendorConfig, environment: { TRESTLE_CLIENT_KEY: vendorKey } });
}

export async function openGuide(markdown: string, vendor: Started): Promise<GuideRun> {
  const examples = examplesIn(markdown);
  const home = mkdtempSync(join(tmpdir(), 'trestle-guide-'));
  const state = join(home, '.state');
  writeFileSync(state, '');
  const variables = {
    PATH: `${join(root, 'bin')}:${Bun.env['PATH'] ?? ''}`,
    HOME: home,
    ...credentialsIn(markdown),
  };
  const config = examples.find(({ word }) => word === 'trestle.yaml')?.text ?? '{}';
  const own = examples.some(({ word }) => word === 'server')
    ? undefined
    : await startServer(config, { home, vendor, environment: credentialsIn(markdown) });
  let server: Pick<Started, 'url' | 'adminKey' | 'clientKey' | 'stop'> | undefined = own;
  const here = (text: string): string => placed(text, { vendor, url: server?.url });
  const run = async (example: Example): Promise<Ran> => {
    const environment = { ...variables, ...keysOf(server) };
    if (example.word === 'server') {
      server = await startBlock(example, { home, environment });
      return { example, output: '', code: 0 };
    }
    if (example.word === 'fresh-clone') return { example, ...runByCi(example) };
    if (example.word !== undefined) {
      const text = example.word === 'trestle.yaml' ? pointed(example.text, vendor) : here(example.text);
      writeFileSync(join(home, example.word), text);
      return { example, output: '', code: 0 };
    }
    return { example, ...(await execute({ ...example, text: here(example.text) }, { home, state, environment })) };
  };
  return {
    async all() {
      const ran: Ran[] = [];
      for (const example of examples) {
        const one = await run(example);
        ran.push(one);
        if (one.code !== 0) break;
      }
      return ran;
    },
    async close() {
      await server?.stop('SIGKILL');
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function keysOf(server: Pick<Started, 'url' | 'adminKey' | 'clientKey'> | undefined): Readonly<Record<string, string>> {
  if (server === undefined) return {};
  return { TRESTLE_URL: server.url, TRESTLE_ADMIN_KEY: server.adminKey, TRESTLE_CLIENT_KEY: server.clientKey };
}

/** The addresses of pages as those of this machine. */
function placed(text: string, { vendor, url }: { readonly vendor: Started; readonly url: string | undefined }): string {
  const own = url === undefined ? text : text.replaceAll('http://127.0.0.1:4141', url);
  return own.replaceAll('http://10.0.0.5:8000', vendor.url);
}

/** The same configuration with every vendor where ours stands. */
function pointed(text: string, vendor: Started): string {
  const config = parse(placed(text, { vendor, url: undefined })) ?? {};
  for (const [name, entry] of Object.entries<Record<string, unknown>>(config.providers ?? {})) {
    const kind = entry['type'] ?? name;
    if (kind !== 'sandbox') entry['base_url'] ??= kind === 'anthropic' ? vendor.url : `${vendor.url}/v1`;
  }
  // JSON is YAML.
  return JSON.stringify(config);
}

/** Vendors' keys that a page takes from the environment; any other would switch a vendor on. */
function credentialsIn(markdown: string): Readonly<Record<string, string>> {
  const names = [...markdown.matchAll(/\$\{?((?!TRESTLE_)[A-Z_]+_API_KEY)\b/g)].map(([, name = '']) => name);
  return Object.fromEntries(names.map((name) => [name, vendorKey]));
}

interface Serving {
  readonly home: string;
  readonly vendor: Started;
  readonly environment: Readonly<Record<string, string>>;
}

function startServer(config: string, { home, vendor, environment }: Serving): Promise<Started> {
  return startTrestle({ directory: home, config: pointed(config, vendor), environment });
}

/** What can only be done once on a machine is what continuous integration begins with. */
function runByCi({ text }: Example): Pick<Ran, 'output' | 'code'> {
  const steps = readFileSync(join(root, '.ci/run'), 'utf8').split('\n');
  const missing = text
    .split('\n')
    .filter((line) => !steps.some((step) => step === line || step.startsWith(`${line} `)));
  return {
    output: missing.map((line) => `.ci/run does not run ${line}`).join('\n'),
    code: missing.filter((line) => line !== '').length,
  };
}

interface Place {
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** `npm start` as it stands there, in a data directory and at a port of its own; its keys are those that it prints. */
async function startBlock(
  { text }: Example,
  { home, environment }: Place,
): Promise<Pick<Started, 'url' | 'adminKey' | 'clientKey' | 'stop'>> {
  const child = Bun.spawn(['sh', '-e', '-c', `exec ${text.trim()}`], {
    cwd: root,
    env: { ...environment, TRESTLE_LISTEN: '127.0.0.1:0', TRESTLE_DATA: join(home, 'data') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  while (!/-d '.*'\n/.test(printed)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`it did not start:\n${printed}`);
    printed += value;
  }
  reader.releaseLock();
  const found = (pattern: RegExp): string => pattern.exec(printed)?.[1] ?? '';
  return {
    url: found(/ready on (http:\S+)/),
    adminKey: found(/administrator key, shown only now: +(\S+)/),
    clientKey: found(/client key, shown only now: +(\S+)/),
    async stop() {
      child.kill('SIGTERM');
      return await child.exited;
    },
  };
}

/** What one block exports, the next one has. */
async function execute(
  { language, text }: Example,
  { home, state, environment }: Place & { readonly state: string },
): Promise<Pick<Ran, 'output' | 'code'>> {
  const commands: Readonly<Record<string, readonly string[]>> = {
    sh: ['sh', '-e', '-c', `exec 2>&1; . '${state}'; ${text}\nexport -p > '${state}'`],
    ts: [
      process.execPath,
      '-e',
      text.replaceAll("'openai'", "'openai-7'").replaceAll("'@anthropic-ai/sdk'", "'anthropic-1'"),
    ],
    python: ['python3', '-c', text],
  };
  const command = commands[language];
  if (command === undefined) throw new Error(`an example in ${language} has neither a name nor a way to run it`);
  if (language === 'python' && !hasPython) return { output: '', code: 0 };
  const child = Bun.spawn([...command], {
    cwd: language === 'ts' ? root : home,
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, complained] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { output: `${said}${complained}`, code: await child.exited };
}

/** Whether Python and the SDK that pages use are on this machine. */
export const hasPython =
  Bun.which('python3') !== null && Bun.spawnSync(['python3', '-c', 'import openai']).exitCode === 0;
