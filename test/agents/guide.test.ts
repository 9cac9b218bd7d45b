import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isJsonObject, type JsonObject } from '../../src/core/json.ts';
import { type Started, startTrestle } from '../started.ts';
import { anthropicUpstream } from '../upstream/strict/anthropic.ts';
import { openaiUpstream } from '../upstream/strict/openai.ts';
import type { StrictUpstream } from '../upstream/strict/server.ts';

/** Every example of the guide is run as it stands there, at a Trestle that is configured as the guide says. */
const root = join(import.meta.dir, '../..');
const guide = readFileSync(join(root, 'docs/guide/coding-agents.md'), 'utf8');
const examples = (language: string): readonly string[] =>
  [...guide.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, text = '']) => text);

let trestle: Started;
let vendors: readonly StrictUpstream[];
beforeAll(async () => {
  const [anthropic, openai] = await Promise.all([anthropicUpstream(), openaiUpstream()]);
  vendors = [anthropic, openai];
  const config = objectAt(parse(examples('yaml')[0] ?? ''));
  const { anthropic: one, openai: other } = objectAt(config['providers']);
  const providers = {
    anthropic: { ...objectAt(one), base_url: anthropic.url },
    openai: { ...objectAt(other), base_url: `${openai.url}/v1` },
  };
  const environment = { ANTHROPIC_API_KEY: 'vendor-one', OPENAI_API_KEY: 'vendor-two' };
  trestle = await startTrestle({ config: JSON.stringify({ ...config, providers }), environment });
});
afterAll(async () => {
  await trestle.stop();
  await Promise.all(vendors.map((one) => one.close()));
});

test('there is an example of each kind', () => {
  expect(['yaml', 'json', 'sh'].map((language) => examples(language).length)).toEqual([1, 1, 4]);
});

test('with the environment for Claude Code, Anthropic’s SDK reaches both models', async () => {
  const { environment } = await shell(examples('sh')[0] ?? '');
  expect(environment['RAN']).toBe('claude');
  expect(await asks(anthropicScript, environment)).toEqual(['claude-opus-4-6', 'gpt-5-mini']);
});

test('with its settings file too', async () => {
  const settings = objectAt(JSON.parse(here(examples('json')[0] ?? '')));
  const environment = { ...objectAt(settings['env']), ANTHROPIC_AUTH_TOKEN: trestle.clientKey };
  expect(await asks(anthropicScript, environment as Record<string, string>)).toEqual(['claude-opus-4-6', 'gpt-5-mini']);
});

test('with the environment for the others, OpenAI’s SDK reaches the model', async () => {
  const { environment } = await shell(examples('sh')[1] ?? '');
  expect(await asks(openaiScript, { ...environment, MODEL: 'smart' })).toEqual(['claude-opus-4-6']);
});

test('with the environment for Aider, which takes the prefix off, the address is the same', async () => {
  const { environment } = await shell(examples('sh')[2] ?? '');
  const { OPENAI_API_BASE: base = '', RAN: ran } = environment;
  expect(ran).toBe('aider --model openai/smart');
  expect(await asks(openaiScript, { ...environment, OPENAI_BASE_URL: base, MODEL: 'smart' })).toEqual([
    'claude-opus-4-6',
  ]);
});

test('the question whether it is there is answered', async () => {
  const { output } = await shell(examples('sh')[3] ?? '');
  expect(JSON.parse(output)).toMatchObject({ type: 'message', model: 'claude-opus-4-6' });
});

/** The same with the address of the Trestle that runs here. */
function here(text: string): string {
  return text.replaceAll('http://127.0.0.1:4141', trestle.url);
}

/** Runs an example; agents are not on this machine, so that they were called is all that is learnt of them. */
async function shell(
  example: string,
): Promise<{ readonly output: string; readonly environment: Readonly<Record<string, string>> }> {
  const agents = ['claude', 'aider'].map((name) => `${name}() { export RAN="$(echo ${name} "$@")"; }`);
  const script = [...agents, here(example), "printf '\\0'; env -0"].join('\n');
  const child = Bun.spawn(['sh', '-e', '-c', script], {
    env: { PATH: Bun.env['PATH'] ?? '', TRESTLE_CLIENT_KEY: trestle.clientKey },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said, code] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  expect(code).toBe(0);
  const [output = '', ...entries] = said.split('\0');
  const pairs = entries.map((entry): [string, string] => [entry.split('=')[0] ?? '', entry.replace(/^[^=]*=/, '')]);
  return { output, environment: Object.fromEntries(pairs) };
}

const anthropicScript = `
  import Anthropic from 'anthropic-1';
  const client = new Anthropic({ apiKey: null, maxRetries: 0 });
  const models = [];
  for (const model of [process.env.ANTHROPIC_MODEL, process.env.ANTHROPIC_DEFAULT_HAIKU_MODEL]) {
    const { model: said } = await client.messages.create({ model, max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] });
    models.push(said);
  }
  console.log(JSON.stringify(models));
`;

const openaiScript = `
  import OpenAI from 'openai-7';
  const { model } = await new OpenAI({ maxRetries: 0 }).chat.completions.create({
    model: process.env.MODEL, messages: [{ role: 'user', content: 'Hi' }],
  });
  console.log(JSON.stringify([model]));
`;

/** Which models answered a program that knows nothing but its environment. */
async function asks(script: string, environment: Readonly<Record<string, string>>): Promise<unknown> {
  const child = Bun.spawn([process.execPath, '-e', script], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said, code] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  expect(code).toBe(0);
  return JSON.parse(said);
}

function objectAt(value: unknown): JsonObject {
  if (!isJsonObject(value)) throw new Error(`${JSON.stringify(value)} is no object`);
  return value;
}
