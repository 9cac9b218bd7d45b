import { afterEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Started, startTrestle } from '../started.ts';

/** Limits as operators set them, at a server of its own process. */
const running: Started[] = [];
const directories: string[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop('SIGKILL');
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

async function started(directory: string): Promise<Started> {
  const one = await startTrestle({ directory });
  running.push(one);
  return one;
}

function home(): string {
  const made = mkdtempSync(join(tmpdir(), 'trestle-limits-'));
  directories.push(made);
  return made;
}

const trestle = resolve(import.meta.dir, '../../bin/trestle');

/** A command of an operator; what it says as JSON. */
async function run(
  { url, adminKey }: Started,
  ...words: readonly string[]
): Promise<Readonly<Record<string, unknown>>> {
  const child = Bun.spawn([trestle, ...words, '--json'], {
    env: { ...Bun.env, TRESTLE_URL: url, TRESTLE_ADMIN_KEY: adminKey },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, complaint] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if ((await child.exited) !== 0) throw new Error(complaint);
  return JSON.parse(said);
}

async function ask({ url }: Started, key: unknown): Promise<number> {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${String(key)}`, connection: 'close' },
    body: JSON.stringify({ model: 'sandbox/echo', messages: [{ role: 'user', content: 'Hello' }] }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

async function served(server: Started, key: unknown, calls: number): Promise<number> {
  const statuses = await Promise.all(Array.from({ length: calls }, () => ask(server, key)));
  expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
  return statuses.filter((status) => status === 200).length;
}

test('a limit that is set on the command line holds on real sockets, and over a kill -9', async () => {
  const directory = home();
  const first = await started(directory);
  const { key, ...created } = await run(
    first,
    'keys',
    'create',
    '--name',
    'web',
    '--rate-limits',
    '{"requests_per_day":25}',
  );
  expect(created).toMatchObject({ rate_limits: { requests_per_day: 25 }, budgets: [] });
  expect(await served(first, key, 10)).toBe(10);
  await first.stop('SIGKILL');
  const second = await started(directory);
  expect(await served(second, key, 40)).toBe(15);
  const id = String(created['id']);
  expect(
    await run(
      second,
      'keys',
      'update',
      id,
      '--rate-limits',
      '[{"requests_per_day":27},{"parallel_requests":3,"end_user":"*"}]',
    ),
  ).toMatchObject({
    rate_limits: [
      { requests_per_day: 27, mode: 'hard' },
      { parallel_requests: 3, end_user: '*', mode: 'hard' },
    ],
  });
  expect(await served(second, key, 5)).toBe(2);
  expect(await run(second, 'keys', 'update', id, '--rate-limits', 'null')).toMatchObject({ rate_limits: null });
  expect(await served(second, key, 5)).toBe(5);
}, 60_000);

test('two hundred clients on real sockets get just what a project may have', async () => {
  const server = await started(home());
  const project = await run(
    server,
    'projects',
    'create',
    '--name',
    'shop',
    '--rate-limits',
    '{"requests_per_minute":50}',
  );
  const keys = await Promise.all(
    [1, 2].map(
      async (n) =>
        (await run(server, 'keys', 'create', '--name', `k${n}`, '--project-id', String(project['id'])))['key'],
    ),
  );
  const all = await Promise.all(keys.map((key) => served(server, key, 100)));
  expect(all.reduce((sum, each) => sum + each, 0)).toBe(50);
}, 60_000);
