import { afterAll, beforeAll, expect, test } from 'bun:test';
import Anthropic from 'anthropic-1';
import OpenAIBefore from 'openai-6';
import OpenAI from 'openai-7';
import { type CommandOptions, commandOf, type Ended } from './command.ts';
import { startVendor, vendorKey } from './guide/guide-run.ts';
import { type Started, startTrestle } from './started.ts';

/**
 * An operator's first day, in order, each step on what the ones before it left: a fresh data directory, two providers, keys for
 * two programs, their SDKs, what it cost, and a provider that breaks.
 */
let vendors: readonly [Started, Started];
let trestle: Started;
let run: (words: readonly string[], options?: CommandOptions) => Promise<Ended>;
beforeAll(async () => {
  vendors = await Promise.all([startVendor(), startVendor()]);
  trestle = await startTrestle();
  run = commandOf(trestle);
});
afterAll(async () => {
  await Promise.all([trestle, ...(vendors ?? [])].map((each) => each?.stop('SIGKILL')));
});

const keys = { web: '', search: '' };
const hello = [{ role: 'user' as const, content: 'Hello, bridge' }];

async function json(words: readonly string[]) {
  const { code, said, complained } = await run([...words, '--json']);
  expect({ code, complained }).toEqual({ code: 0, complained: '' });
  return JSON.parse(said);
}

test('1: two providers are added to a server that was started with nothing; their vendors take their keys', async () => {
  const prices = JSON.stringify({ '*': { input: '1', output: '2' } });
  for (const [name, url] of [
    ['openai', `${vendors[0].url}/v1`],
    ['anthropic', vendors[1].url],
  ] as const) {
    const words = ['providers', 'create', '--name', name, '--base-url', url, '--prices', prices, '--api-key', '@-'];
    expect(await run(words, { input: `${vendorKey}\n` })).toMatchObject({ code: 0, complained: '' });
    expect((await json(['providers', 'test', name])).outcome).toBe('accepted');
  }
  await json([
    'aliases',
    'create',
    '--name',
    'fast',
    '--target',
    'anthropic/claude-haiku-4-5',
    '--fallback',
    'openai/gpt-5-mini',
  ]);
  const { code, said } = await run(['doctor', '--config', 'trestle.yaml', '--data', 'data']);
  expect(said).toMatch(/ok +provider openai +openai takes its credential/);
  expect(said).toMatch(/ok +provider anthropic +anthropic takes its credential/);
  expect({ code, end: said.trim().split('\n').at(-1) }).toEqual({ code: 0, end: 'Nothing must be mended.' });
});

test('2: two programs get a key each, for what they may ask', async () => {
  keys.web = (await json(['keys', 'create', '--name', 'web', '--models', 'fast,openai/gpt-5-mini'])).key;
  keys.search = (await json(['keys', 'create', '--name', 'search', '--models', 'openai/text-embedding-3-small'])).key;
  expect(Object.values(keys)).toEqual([expect.stringMatching(/^tr-/), expect.stringMatching(/^tr-/)]);
});

test('3: they chat and embed with the SDKs they have, and with nothing else', async () => {
  const web = { baseURL: `${trestle.url}/v1`, apiKey: keys.web, maxRetries: 0 };
  const chat = { model: 'openai/gpt-5-mini', messages: hello };
  const [now, before] = [new OpenAI(web), new OpenAIBefore(web)];
  for (const ask of [() => now.chat.completions.create(chat), () => before.chat.completions.create(chat)])
    expect((await ask()).choices[0]?.message.content).toBe('Hello, bridge');
  const claude = new Anthropic({ baseURL: trestle.url, apiKey: keys.web, maxRetries: 0 });
  const said = await claude.messages.create({ model: 'fast', max_tokens: 50, messages: hello });
  expect(said.content[0]).toMatchObject({ type: 'text', text: 'Hello, bridge' });
  const search = new OpenAI({ ...web, apiKey: keys.search });
  const { data } = await search.embeddings.create({ model: 'openai/text-embedding-3-small', input: ['a', 'b'] });
  expect(data.map(({ embedding }) => embedding.length > 0)).toEqual([true, true]);
  const forbidden = await search.chat.completions.create(chat).catch((thrown) => thrown);
  expect(forbidden).toBeInstanceOf(OpenAI.PermissionDeniedError);
});

test('4: usage and cost are seen by program, and add up', async () => {
  const { data: calls } = await json(['requests', 'list']);
  const { data: sums } = await json(['usage', '--group-by', 'key']);
  const { data: known } = await json(['keys', 'list']);
  const idOf = (name: string): string => known.find((key: { name: string }) => key.name === name).id;
  const web = sums.find((row: { key_id: string }) => row.key_id === idOf('web'));
  const own = calls.filter((call: { key_id: string }) => call.key_id === idOf('web'));
  const nanos = own.map(({ cost_usd: cost }: { cost_usd: string }) => Math.round(Number(cost) * 1e9));
  expect({ requests: web.requests, failures: web.failures, unpriced: web.unpriced_requests }).toEqual({
    requests: 3,
    failures: 0,
    unpriced: 0,
  });
  expect(Math.round(Number(web.cost_usd) * 1e9)).toBe(nanos.reduce((sum: number, each: number) => sum + each, 0));
  expect(Number(web.cost_usd)).toBeGreaterThan(0);
  const people = await run(['usage', '--group-by', 'model']);
  expect(people.said).toMatch(/gpt-5-mini/);
});

test('5: a provider breaks; its calls fail or fall back, and the books and the doctor say which it is', async () => {
  await vendors[1].stop('SIGKILL');
  const direct = await run(['chat', '--model', 'anthropic/claude-haiku-4-5', 'Hello']);
  expect({ code: direct.code, told: direct.complained.includes('refused the connection') }).toEqual({
    code: 1,
    told: true,
  });
  const spared = await run(['chat', '--model', 'fast', 'Hello']);
  expect({ code: spared.code, said: spared.said }).toEqual({ code: 0, said: 'Hello\n' });

  const { data } = await json(['requests', 'list', '--limit', '2']);
  const told = data.map(({ requested_model, provider, status, failure, attempts }: Record<string, unknown>) => [
    requested_model,
    provider,
    status,
    failure,
    attempts,
  ]);
  expect(told).toEqual([
    ['fast', 'openai', 200, null, expect.any(Number)],
    ['anthropic/claude-haiku-4-5', 'anthropic', 502, 'provider-unreachable', expect.any(Number)],
  ]);
  const { code, said } = await run(['doctor', '--config', 'trestle.yaml', '--data', 'data']);
  expect(code).toBe(1);
  expect(said).toMatch(/ok +provider openai /);
  expect(said).toMatch(
    /MEND +provider anthropic +anthropic cannot be reached at http\S+: .*\n +-> start what shall answer there/,
  );
});

test('6: a credential that is wrong is found, mended, and every change is in the books', async () => {
  await json(['providers', 'update', 'openai', '--api-key', 'mistyped']);
  const failed = await run(['chat', '--model', 'openai/gpt-5-mini', 'Hello']);
  expect({ code: failed.code, told: failed.complained.includes('credential') }).toEqual({ code: 1, told: true });
  const [last] = (await json(['requests', 'list', '--limit', '1'])).data;
  expect(last).toMatchObject({ provider: 'openai', status: 502, failure: 'provider-credential-refused' });
  const sick = await run(['doctor', '--config', 'trestle.yaml', '--data', 'data']);
  expect(sick.said).toMatch(/MEND +provider openai +openai at http\S+ refuses its credential with 401/);

  await run(['providers', 'update', 'openai', '--api-key', '@-'], { input: vendorKey });
  expect((await run(['chat', '--model', 'openai/gpt-5-mini', 'Hello'])).said).toBe('Hello\n');
  const { data } = await json(['audit', 'list']);
  expect(data.slice(0, 3).map(({ procedure, subject }: Record<string, string>) => [procedure, subject])).toEqual([
    ['providers.update', 'openai'],
    ['providers.update', 'openai'],
    ['keys.create', expect.stringMatching(/^key_/)],
  ]);
  expect(JSON.stringify(data)).not.toMatch(/mistyped|vendor-key/);
});
