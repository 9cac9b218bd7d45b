import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { administer, type Started, type StartOptions, startTrestle } from '../started.ts';
import { type HostileUpstream, hostileUpstream, textOf } from '../upstream/hostile.ts';
import { becomes, rowsOf } from './books.ts';
import { caller, posted } from './caller.ts';

/**
 * The life of the process: started badly, told to read again, told to stop. Every wait ends with what it waits for; how long a
 * start or a signal takes is the machine's matter, so that what bounds them is long enough for a busy one.
 */
const patienceMs = 60_000;
/** How long a process that was told to stop once lets answers run. */
const graceMs = 30_000;
setDefaultTimeout(2 * patienceMs);

let upstream: HostileUpstream;
const running: Started[] = [];
const directories: string[] = [];
beforeAll(async () => {
  upstream = await hostileUpstream();
});
afterEach(async () => {
  upstream.otherwise({ kind: 'none' });
  for (const one of running.splice(0)) await one.stop('SIGKILL');
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});
afterAll(async () => {
  await upstream?.close();
});

async function started(options: StartOptions = {}): Promise<Started> {
  const one = await startTrestle({ config: providing(), ...options });
  running.push(one);
  return one;
}

/** What is said when it does not start; throws if it does. */
async function refusal(options: StartOptions): Promise<string> {
  try {
    await started(options);
  } catch (thrown) {
    return String(thrown);
  }
  throw new Error('it started');
}

function directory(): string {
  const made = mkdtempSync(join(tmpdir(), 'trestle-process-'));
  directories.push(made);
  return made;
}

function providing(more = ''): string {
  return `providers:\n  up: { type: openai-compatible, base_url: "${upstream.url}/v1", models: [m], prices: { "*": { input: 1, output: 2 } } }\n${more}`;
}

const question = (model = 'up/m', stream = false) => ({
  model,
  messages: [{ role: 'user', content: 'Hello' }],
  stream,
});
const ask = (trestle: Started, model?: string): Promise<Response> =>
  fetch(`${trestle.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${trestle.clientKey}`, connection: 'close' },
    body: JSON.stringify(question(model)),
  });

describe('a start that cannot be', () => {
  test('a second one on the same data directory exits 2 and names directory and owner; the first goes on', async () => {
    const home = directory();
    const first = await started({ directory: home });
    const said = await refusal({ directory: home });
    expect(said).toContain('(exit 2)');
    expect(said).toContain(`${home}/data is in use by another Trestle (process ${first.pid}, since `);
    expect(said).toContain('stop it, or give another directory with --data');
    expect(said).not.toMatch(/\n\s+at /);
    expect((await ask(first)).status).toBe(200);
    expect(await first.stop()).toBe(0);
    expect((await ask(await started({ directory: home }))).status).toBe(200);
  });

  const broken: readonly (readonly [what: string, config: string, place: string, words: readonly string[]])[] = [
    ['a word for a number', 'retry:\n  attempts: many\n', ':2:3', ['retry.attempts', '"many"', 'whole number']],
    ['a number beyond the range', 'limits: { max_body_bytes: 5 }\n', ':1:11', ['limits.max_body_bytes', '5', '1024']],
    ['an unknown key', 'lissten: 127.0.0.1:0\n', ':1:1', ['lissten', 'listen']],
    [
      'an unknown kind of provider',
      'providers:\n  a:\n    type: opnai\n',
      ':3:5',
      ['providers.a.type', '"opnai"', 'openai'],
    ],
    [
      'a provider without an address',
      'providers:\n  a: { type: openai-compatible }\n',
      ':2:3',
      ['providers.a', 'base_url'],
    ],
    [
      'an address that is none',
      'providers:\n  a: { type: openai-compatible, base_url: "ftp://x" }\n',
      ':2:33',
      ['providers.a.base_url', 'ftp://x', 'http'],
    ],
    ['an alias to nowhere', 'models:\n  fast: { pin: nowhere/m }\n', ':2:', ['models.fast', 'nowhere']],
    [
      'a variable that is not set',
      ['providers:\n  openai: { api_key: "$', '{NOT_SET_ANYWHERE}" }\n'].join(''),
      ':2:13',
      ['providers.openai.api_key', 'NOT_SET_ANYWHERE'],
    ],
    ['no YAML', 'providers: [\n', ':', ['trestle.yaml']],
    ['a key twice', 'log: { level: info }\nlog: { level: warn }\n', ':2:1', ['log']],
    ['a list for a map', '- a\n- b\n', ':1:1', ['map']],
  ];

  test.concurrent.each(broken)(
    '%s exits 2, with file, line, key, value and remedy',
    async (...[, config, place, words]) => {
      const said = await refusal({ config });
      expect(said).toContain('(exit 2)');
      expect(said).toContain(`trestle.yaml${place}`);
      for (const word of words) expect(said).toContain(word);
      expect(said).not.toMatch(/\n\s+at /);
      expect(said).not.toContain('trestle is ready');
    },
  );

  test('a key in a broken file is not shown', async () => {
    const said = await refusal({ config: 'providers:\n  openai: { api_key: canary-credential-77, base_url: 7 }\n' });
    expect(said).toContain('(exit 2)');
    expect(said).not.toContain('canary-credential-77');
  });

  test('an address that is taken exits 2 and says so', async () => {
    const first = await started();
    const said = await refusal({ environment: { TRESTLE_ADMIN_LISTEN: new URL(first.url).host } });
    expect(said).toContain('(exit 2)');
    expect(said).toContain(`${new URL(first.url).host} is already in use`);
  });
});

describe('SIGHUP', () => {
  test('takes new aliases up, keeps the old ones when the file is broken, and cuts no stream', async () => {
    const trestle = await started();
    const file = join(trestle.directory, 'trestle.yaml');
    const reread = async (config: string, says: RegExp): Promise<void> => {
      const before = trestle.output().length;
      await Bun.write(file, config);
      process.kill(trestle.pid, 'SIGHUP');
      expect(await becomes(() => says.test(trestle.output().slice(before)), patienceMs)).toBeTrue();
    };
    expect((await ask(trestle, 'bridge')).status).toBe(404);
    upstream.script({ kind: 'none', tokens: 60, paceMs: 15 });
    const stream = caller(trestle.url, posted(trestle.clientKey, question('up/m', true)));
    expect(await becomes(() => stream.heard().includes('🌉3'), patienceMs)).toBeTrue();

    await reread(providing('models: { bridge: { pin: up/m } }\n'), /the configuration was read again/);
    expect((await ask(trestle, 'bridge')).status).toBe(200);

    await reread(
      'retry: { attempts: many }\nmodels: {}\n',
      /"level":"error".*the configuration stays as it was.*trestle\.yaml:1:/,
    );
    expect((await ask(trestle, 'bridge')).status).toBe(200);

    await reread(providing('models: { crossing: { pin: up/m } }\n'), /the configuration was read again/);
    expect((await ask(trestle, 'crossing')).status).toBe(200);
    expect((await ask(trestle, 'bridge')).status).toBe(404);

    expect(await becomes(() => stream.heard().includes('[DONE]'), patienceMs)).toBeTrue();
    stream.leave('close');
    expect(stream.heard()).toContain('🌉59');
  });
});

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  test('lets running answers finish, takes nothing new, exits 0 and has everything on record', async () => {
    const home = directory();
    const trestle = await started({ directory: home });
    upstream.otherwise({ kind: 'none', tokens: 60, paceMs: 20 });
    const streams = Array.from({ length: 3 }, () =>
      caller(trestle.url, posted(trestle.clientKey, question('up/m', true))),
    );
    const kept = caller(trestle.url, 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    expect(
      await becomes(
        () => kept.heard().includes('alive') && streams.every((one) => one.heard().includes('🌉3')),
        patienceMs,
      ),
    ).toBeTrue();

    const exit = stopped(trestle, signal);
    expect(await becomes(() => trestle.output().includes(signal), patienceMs)).toBeTrue();
    const refused = await ask(trestle).then(
      ({ status }) => status,
      () => 'refused',
    );
    expect(['refused', 503]).toContain(refused);
    kept.socket.write(posted(trestle.clientKey, question()));

    expect(await exit).toBe(0);
    for (const one of streams) {
      expect(one.heard()).toContain('🌉59');
      expect(one.heard()).toMatch(/data: \[DONE\]\n\n\r\n0\r\n\r\n$/);
    }
    expect(kept.heard().split('HTTP/1.1 ').slice(2).join('')).toMatch(/^(|503 [\s\S]*gateway_draining[\s\S]*)$/);

    const again = await started({ directory: home });
    const rows = await rowsOf(again);
    expect(
      rows.map(({ outcome, usage, cost_usd }) => ({ outcome, output: usage.tokens.output, priced: cost_usd !== null })),
    ).toEqual(streams.map(() => ({ outcome: 'complete', output: 60, priced: true })));
  });
});

test('the second SIGTERM ends what still runs, at once', async () => {
  const trestle = await started();
  upstream.otherwise({ kind: 'silence' });
  const before = upstream.seen.length;
  const hanging = caller(trestle.url, posted(trestle.clientKey, question()));
  await upstream.arrival(before + 1);
  const exit = stopped(trestle, 'SIGTERM');
  expect(await becomes(() => trestle.output().includes('SIGTERM'), patienceMs)).toBeTrue();
  process.kill(trestle.pid, 'SIGTERM');
  const beganAt = performance.now();
  expect(await exit).toBe(1);
  expect(performance.now() - beganAt).toBeLessThan(graceMs / 2);
  hanging.leave('close');
});

test('a start that finds another configuration than the last one tells of it in the audit trail, once', async () => {
  const home = directory();
  const history = async (config: string): Promise<readonly object[]> => {
    const one = await started({ directory: home, config });
    const { data } = await administer<{ data: readonly object[] }>(one, '/admin/v1/config/history');
    expect(await one.stop()).toBe(0);
    return data;
  };
  const first = await history(providing());
  expect(first).toMatchObject([
    {
      actor: 'start',
      procedure: 'prices.take',
      summary: expect.stringMatching(/^took up \d+ prices of genai-prices@/),
    },
  ]);
  const retry = 'retry: { attempts: 7 }\n';
  const second = await history(providing(retry));
  expect(second.slice(1)).toEqual([...first]);
  expect(second[0]).toMatchObject({ actor: 'start', procedure: 'config.start', subject: 'configuration' });
  // Each process listens on another port, but asked for the same.
  expect(second[0]).toMatchObject({ summary: 'the configuration changed: retry is changed' });
  expect(await history(providing(retry))).toEqual([...second]);
  const third = await history(providing(retry).replace('base_url', 'api_key: another, base_url'));
  expect(third[0]).toMatchObject({
    summary: 'the configuration changed: providers.up is changed, the credential of up is new',
  });
});

test('providers that are silent or gone keep nobody from being ready, nor from asking another', async () => {
  upstream.otherwise({ kind: 'silence' });
  const before = upstream.seen.length;
  const silent = `up: { type: openai-compatible, base_url: "${upstream.url}/v1", api_key: x }`;
  const gone = 'gone: { type: openai-compatible, base_url: "http://127.0.0.1:9/v1", api_key: x }';
  const trestle = await started({ config: `providers: { ${silent}, ${gone} }` });
  await upstream.arrival(before + 1);
  // It was asked for its list, and nobody waited for that.
  expect(upstream.openSockets()).toBeGreaterThan(0);
  expect((await fetch(`${trestle.url}/readyz`)).status).toBe(200);
  expect((await ask(trestle, 'sandbox/echo')).status).toBe(200);
});

test('health and readiness are told to anybody', async () => {
  const trestle = await started();
  expect((await fetch(`${trestle.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${trestle.url}/readyz`)).status).toBe(200);
  const { choices } = (await (await ask(trestle)).json()) as { choices: { message: { content: string } }[] };
  expect(choices[0]?.message.content).toBe(textOf(8));
});

/** Sends the signal and waits for the exit code. `Started.stop` knows two signals; another one is sent by hand. */
async function stopped(trestle: Started, signal: 'SIGTERM' | 'SIGINT'): Promise<number> {
  if (signal === 'SIGTERM') return await trestle.stop();
  process.kill(trestle.pid, signal);
  await becomes(() => !isThere(trestle.pid), patienceMs);
  return await trestle.stop();
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
