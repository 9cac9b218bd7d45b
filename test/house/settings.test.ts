import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CallOptions, type Client, managementClient } from '../../src/management/client.ts';
import { procedures } from '../../src/management/index.ts';
import { type Started, startTrestle } from '../started.ts';

/** Nothing of these may be found anywhere but at the vendor. */
const canaries = { api_key: 'canary-key-8d1f0a77', header: 'canary-header-52c0be91', second: 'canary-next-e07b44aa' };

let vendor: ReturnType<typeof Bun.serve>;
let seen: { path: string; authorization: string | null; gate: string | null }[];
/** The credential that the vendor takes. */
let taken: string;
beforeAll(() => {
  vendor = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch(request) {
      const { pathname } = new URL(request.url);
      const authorization = request.headers.get('authorization');
      seen.push({ path: pathname, authorization, gate: request.headers.get('x-gate-token') });
      if (authorization !== `Bearer ${taken}`)
        return Response.json({ error: { message: `no ${authorization}` } }, { status: 401 });
      if (pathname.endsWith('/models')) return Response.json({ object: 'list', data: [{ id: 'm', object: 'model' }] });
      return Response.json({
        id: 'c',
        object: 'chat.completion',
        created: 1,
        model: 'm',
        choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      });
    },
  });
});
afterAll(() => vendor.stop(true));

const home = mkdtempSync(join(tmpdir(), 'trestle-settings-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

function started(name: string, config = '{}\n'): Promise<Started> {
  seen = [];
  taken = canaries.api_key;
  return startTrestle({ directory: join(home, name), config, environment: { TRESTLE_LOG: 'debug' } });
}

function clientOf({ url, adminKey }: Started): Client {
  return managementClient(procedures, { url, key: adminKey, fetch: (request) => fetch(request) });
}

async function chat({ url, clientKey }: Started, model: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${clientKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  });
  return { status: answer.status, text: await answer.text() };
}

/** What stands for a variable in the file, and for itself over the API. */
const variable = '$'.concat('{TRESTLE_ADMIN_KEY}');

const address = (): string => `http://127.0.0.1:${vendor.port}/v1`;
const late = () => ({
  name: 'late',
  type: 'vllm',
  base_url: address(),
  api_key: canaries.api_key,
  headers: { 'x-gate-token': canaries.header },
  prices: { '*': { input: 1, output: 2 } },
});

async function refusal(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => 'done',
    (thrown) => thrown,
  );
}

test('a provider that is added serves the next call, is there after a restart, and its secrets are nowhere to be read', async () => {
  let trestle = await started('canary');
  const answers: unknown[] = [];
  try {
    let client = clientOf(trestle);
    expect((await chat(trestle, 'late/m')).status).toBe(404);
    answers.push(await client['providers.create'](late()));
    answers.push(await client['aliases.create']({ name: 'quick', target: 'late/m' }));
    expect((await chat(trestle, 'quick')).status).toBe(200);
    expect(seen.at(-1)).toMatchObject({ authorization: `Bearer ${canaries.api_key}`, gate: canaries.header });
    expect(await client['providers.test']({ name: 'late' })).toMatchObject({ outcome: 'accepted', status: 200 });

    await trestle.stop('SIGKILL');
    trestle = await startTrestle({ directory: join(home, 'canary'), environment: { TRESTLE_LOG: 'debug' } });
    client = clientOf(trestle);
    expect((await chat(trestle, 'quick')).status).toBe(200);

    taken = canaries.second;
    const refused = await chat(trestle, 'late/m');
    expect(refused.status).toBe(502);
    const tested = await client['providers.test']({ name: 'late' });
    expect(tested).toMatchObject({ outcome: 'refused', status: 401, message: expect.stringContaining('late at ') });
    answers.push(refused, tested);
    answers.push(await client['providers.update']({ name: 'late', api_key: canaries.second }));
    expect((await chat(trestle, 'late/m')).status).toBe(200);

    answers.push(
      await client['secrets.rotate']({}),
      await client['config.get']({}),
      await client['providers.list']({}),
    );
    expect(answers.at(-3)).toEqual({ sealed: 1 });
    answers.push(await client['config.history']({}), await client['audit.list']({}), await client['requests.list']({}));
    answers.push(
      await refusal(client['providers.create'](late())),
      await refusal(client['providers.update']({ name: 'late', models: [''] })),
    );
    answers.push(await (await fetch(`${trestle.url}/openapi.json`)).text());
    await trestle.stop();
    trestle = await startTrestle({ directory: join(home, 'canary') });
    expect((await chat(trestle, 'late/m')).status).toBe(200);
  } finally {
    await trestle.stop();
  }
  const told = `${JSON.stringify(answers, reasons)}\n${trestle.output()}`;
  for (const canary of Object.values(canaries)) expect(told).not.toContain(canary);
  const files = readdirSync(join(home, 'canary', 'data'));
  expect(files).toContain('vault.key');
  for (const file of files) {
    const bytes = readFileSync(join(home, 'canary', 'data', file));
    for (const canary of Object.values(canaries))
      expect({ file, found: bytes.includes(canary) }).toEqual({ file, found: false });
  }
  expect(statSync(join(home, 'canary', 'data', 'vault.key')).mode & 0o777).toBe(0o600);
}, 30_000);

/** Of what was thrown the message, which `JSON.stringify` would leave out. */
function reasons(_name: string, value: unknown): unknown {
  return value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value;
}

describe('a server with a provider that was added', () => {
  let trestle: Started;
  let client: Client;
  beforeAll(async () => {
    trestle = await started('changes', 'models: { filed: sandbox/echo }\n');
    client = clientOf(trestle);
    await client['providers.create'](late());
  });
  afterAll(async () => void (await trestle?.stop()));

  test('one that is switched off refuses in words, an alias goes on to its next target', async () => {
    await client['aliases.create']({ name: 'either', target: 'late/m', fallback: ['sandbox/echo'] });
    await client['providers.disable']({ name: 'late' });
    const refused = await chat(trestle, 'late/m');
    expect(refused).toMatchObject({ status: 404, text: expect.stringContaining('late is switched off for now') });
    expect((await chat(trestle, 'either')).status).toBe(200);
    await client['providers.enable']({ name: 'late' });
    expect((await chat(trestle, 'late/m')).status).toBe(200);
    await client['aliases.delete']({ name: 'either' });
  });

  test.each([
    ['a wrong address', { base_url: 'ftp://x' }, 'base_url'],
    ['a kind that is none', { type: 'opnai' }, 'type'],
    ['a header that cannot be sent along', { headers: { host: 'x' } }, 'headers.host'],
    ['a setting of another kind', { api_version: '1' }, 'api_version'],
    ['a key with a line end in it', { api_key: 'a key\n' }, 'api_key'],
  ])('refuses %s by its field, and nothing is changed', async (_what, change, param) => {
    const before = await client['config.get']({});
    expect(await refusal(client['providers.update']({ name: 'late', ...change }))).toMatchObject({
      status: 400,
      param,
    });
    expect(await refusal(client['providers.create']({ ...late(), name: 'other', ...change }))).toMatchObject({
      status: 400,
      param,
    });
    expect(await client['config.get']({})).toEqual(before);
  });

  test('neither a variable nor a file of this machine can be sent elsewhere', async () => {
    const { api_key: _, headers: __, ...bare } = late();
    await client['providers.create']({ ...bare, name: 'spy', api_key: variable });
    seen = [];
    await client['providers.test']({ name: 'spy' });
    // Its list of models may be asked for at the same time.
    expect([...new Set(seen.map(({ authorization }) => authorization))]).toEqual([`Bearer ${variable}`]);
    await client['providers.delete']({ name: 'spy' });
    const moved = client['providers.update']({ name: 'late', base_url: 'http://127.0.0.1:9/v1' });
    expect(await refusal(moved)).toMatchObject({ status: 400, param: 'api_key' });
    const file = { api_key: { file: '/etc/passwd' } } as unknown as { api_key: string };
    expect(await refusal(client['providers.create']({ ...bare, name: 'spy', ...file }))).toMatchObject({ status: 400 });
  });

  test('what something else needs is not taken out', async () => {
    await client['aliases.create']({ name: 'mine', target: 'late/m' });
    expect(await refusal(client['providers.delete']({ name: 'late' }))).toMatchObject({
      status: 409,
      message: expect.stringContaining('models.mine'),
    });
    await client['aliases.delete']({ name: 'mine' });
  });

  test('an alias that leads nowhere is refused with the nearest that does', async () => {
    expect(await refusal(client['aliases.create']({ name: 'mine', target: 'lat/m' }))).toMatchObject({
      status: 400,
      message: expect.stringContaining('did you mean late/m?'),
    });
  });

  test('the file comes first: what stands there is changed there', async () => {
    for (const [what, name] of [
      [client['aliases.update']({ name: 'filed', target: 'late/m' }), 'filed'],
      [client['aliases.create']({ name: 'filed', target: 'late/m' }), 'filed'],
      [client['providers.disable']({ name: 'sandbox' }), 'sandbox'],
    ] as const) {
      expect(await refusal(what), name).toMatchObject({ status: 409, kind: 'resource-conflict' });
    }
  });

  test('a file that takes a name leaves the stored one out, in words, until the file lets go of it', async () => {
    const file = join(trestle.directory, 'trestle.yaml');
    writeFileSync(file, 'providers: { late: { type: openai-compatible, base_url: "http://127.0.0.1:9/v1" } }\n');
    await client['config.reload']({});
    expect((await client['config.get']({})).not_in_force).toMatchObject([
      { message: expect.stringContaining('comes first') },
    ]);
    expect((await chat(trestle, 'late/m')).status).toBe(502);
    writeFileSync(file, 'models: { filed: sandbox/echo }\n');
    process.kill(trestle.pid, 'SIGHUP');
    const until = performance.now() + 5_000;
    while ((await chat(trestle, 'late/m')).status !== 200 && performance.now() < until) await Bun.sleep(20);
    expect((await chat(trestle, 'late/m')).status).toBe(200);
    const { data } = await client['config.history']({ limit: 2 });
    expect(data).toMatchObject([
      { actor: 'SIGHUP', procedure: 'config.reload', summary: expect.stringContaining('providers.late is changed') },
      { actor: expect.stringContaining('key_'), summary: expect.stringContaining('providers.late is changed') },
    ]);
  });

  test('a broken file changes nothing', async () => {
    const file = join(trestle.directory, 'trestle.yaml');
    writeFileSync(file, 'provders: {}\n');
    const before = await client['config.get']({});
    expect(await refusal(client['config.reload']({}))).toMatchObject({
      status: 400,
      message: expect.stringContaining('did you mean providers?'),
    });
    expect(await client['config.get']({})).toEqual(before);
    expect(await client['config.validate']({ text: 'provders: {}' })).toMatchObject({
      valid: false,
      mistakes: [{ key: 'provders' }],
    });
    expect(await client['config.validate']({ text: 'models: { a: sandbox/echo }' })).toEqual({
      valid: true,
      mistakes: [],
    });
  });

  test('a price that is set counts from the next call on', async () => {
    await client['providers.update']({ name: 'late', prices: null });
    await client['prices.set']({ provider: 'late', model: 'm', input: '3', output: '5' });
    expect((await client['prices.list']({ provider: 'late' })).data).toMatchObject([
      { model: 'm', source: 'management' },
    ]);
    await chat(trestle, 'late/m');
    const [call] = (await client['requests.list']({ limit: 1 })).data;
    expect(call).toMatchObject({ model: 'm', cost_usd: '0.000008' });
    expect(
      await refusal(client['prices.set']({ provider: 'late', model: 'm', input: '30', output: '5' })),
    ).toMatchObject({
      status: 400,
      param: 'confirm',
    });
  });
});

const injections = [
  "'; drop table settings; --",
  '" or ""="',
  '../../etc/passwd',
  '%2e%2e%2f%00',
  '\u0000\u001b[2J\r\n{"level":"error"}',
  variable,
  '{{7*7}}<script>alert(1)</script>',
  '__proto__',
  '\u202egnp.exe\ufeff😀',
];

describe('whatever stands in a text', () => {
  let trestle: Started;
  let client: Client;
  beforeAll(async () => {
    trestle = await started('injections');
    client = clientOf(trestle);
  });
  afterAll(async () => void (await trestle?.stop()));

  test.each(injections)('%j is kept as it is or refused in words, and does nothing else', async (text) => {
    const before = await counts();
    const calls: readonly (readonly [name: string, input: object, options?: CallOptions])[] = [
      ['keys.create', { name: text }],
      ['keys.create', { name: 'x', models: [text] }],
      ['keys.create', { name: 'x', project_id: text }],
      ['keys.update', { id: text, name: text }],
      ['keys.list', { project_id: text, after: text }],
      ['projects.create', { name: text }],
      ['projects.update', { id: text, name: text }],
      ['organisations.create', { name: text }],
      ['providers.create', { name: text, type: 'openai', api_key: 'k' }],
      ['providers.create', { name: 'p', type: text, api_key: text }],
      ['providers.create', { name: 'p', type: 'openai', api_key: 'k', headers: { [text]: text }, models: [text] }],
      ['providers.get', { name: text }],
      ['aliases.create', { name: text, target: text }],
      ['prices.set', { provider: text, model: text, input: text, output: text }],
      ['prices.set', { provider: 'sandbox', model: text, input: '1', output: '2', confirm: true }],
      ['prices.history', { provider: 'sandbox', model: text }],
      ['requests.list', { key_id: text, provider: text, model: text, requested_model: text, tag: text }],
      ['requests.get', { id: text }],
      ['audit.list', { actor: text, subject: text, procedure: [text] }],
      ['config.validate', { text }],
    ];
    for (const [name, input] of calls) {
      const ask: (input: object) => Promise<unknown> = client[name as keyof Client] as never;
      const told = await refusal(ask(input));
      const status = Number((told as { status?: unknown })?.status ?? 200);
      expect({ name, input, status, fine: status < 500 }).toMatchObject({ fine: true });
    }
    const made = await client['keys.create']({ name: text });
    expect((await client['keys.get']({ id: made.id })).name).toBe(text);
    expect((await counts()).providers).toBe(before.providers);
    expect(trestle.output()).not.toContain('\u001b[2J');
    expect(trestle.output()).not.toContain('test-admin');
  });

  async function counts(): Promise<{ providers: number }> {
    const { data } = await client['providers.list']({});
    return { providers: data.filter(({ name }) => name !== 'p').length };
  }
});
