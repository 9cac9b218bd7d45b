import { expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { procedures } from '../../src/management/index.ts';
import { type Started, startTrestle } from '../started.ts';
import { becomes } from './books.ts';

/** What callers and operators entrust to a server that dies of a fault of its runtime: it must not be in what that leaves behind. */
const environment = { TRESTLE_ADMIN_KEY: 'tr-canary-of-an-administrator', TRESTLE_CLIENT_KEY: 'tr-canary-of-a-client' };
const prompt = 'canary in a prompt';

const asAdmin = { authorization: `Bearer ${environment.TRESTLE_ADMIN_KEY}`, 'content-type': 'application/json' };

function create(trestle: Started): Promise<Response> {
  const headers = { ...asAdmin, 'idempotency-key': 'canary' };
  return fetch(`${trestle.url}/admin/v1/keys`, { method: 'POST', headers, body: '{"name":"made"}' });
}

async function chat(trestle: Started, key: string, more: object = {}): Promise<string> {
  const answer = await fetch(`${trestle.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'sandbox/echo', messages: [{ role: 'user', content: prompt }], ...more }),
  });
  await answer.text();
  return answer.headers.get('x-request-id') ?? '';
}

/** Whatever an administrator can read without naming one thing, and a client of its own call. */
async function everythingRead(trestle: Started, key: string, id: string): Promise<string> {
  const paths = procedures
    .filter(({ method, path }) => method === 'GET' && !path.includes('{'))
    .map(({ path }) => path);
  const asked = [...paths, '/openapi.json', '/admin/v1/nothing'].map((path) =>
    fetch(trestle.url + path, { headers: asAdmin }),
  );
  const own = fetch(`${trestle.url}/trestle/v1/requests/${id}`, { headers: { authorization: `Bearer ${key}` } });
  const answers = await Promise.all([...asked, own]);
  return (await Promise.all(answers.map((answer) => answer.text()))).join('\n');
}

test('no key and no prompt is in a log, an answer, a file or the last words of a crash; a made key is told again, from under a seal', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'trestle-canaries-'));
  // Where an environment would have a crash reported; the launcher takes it out, so that the usual address stands in the last words.
  const reporting = { BUN_CRASH_REPORT_URL: 'http://127.0.0.1:9', BUN_ENABLE_CRASH_REPORTING: '1' };
  const wordy = { ...environment, ...reporting, TRESTLE_LOG: 'debug' };
  let trestle = await startTrestle({ directory, environment: wordy });
  try {
    const made = await (await create(trestle)).text();
    const { key } = JSON.parse(made) as { key: string };
    const id = await chat(trestle, key);
    await chat(trestle, key, { stream: true });
    await chat(trestle, key, { model: 'sandbox/echo?fail=500' });
    await chat(trestle, environment.TRESTLE_CLIENT_KEY, { n: 'wrong' });
    const read = await everythingRead(trestle, key, id);
    process.kill(trestle.pid, 'SIGABRT');
    expect(await becomes(() => trestle.output().includes('bun.report'), 10_000)).toBe(true);
    await trestle.stop('SIGKILL');
    const left = [trestle.output(), read];
    for (const file of readdirSync(join(directory, 'data')))
      left.push(readFileSync(join(directory, 'data', file), 'latin1'));
    for (const canary of [key, prompt, ...Object.values(environment)])
      expect(left.map((text) => text.includes(canary))).toEqual(left.map(() => false));

    trestle = await startTrestle({ directory, environment });
    const again = await create(trestle);
    expect([again.status, again.headers.get('idempotent-replayed'), await again.text()]).toEqual([201, 'true', made]);
  } finally {
    await trestle.stop('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}, 30_000);
