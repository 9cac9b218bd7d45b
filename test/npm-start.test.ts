import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ready = /trestle is ready on (http:\/\/\S+)/;

test('`npm start` needs no key and no file, prints keys and a command once, and ends with npm', async () => {
  const home = mkdtempSync(join(tmpdir(), 'trestle-npm-'));
  try {
    const flags = ['--data', join(home, 'data'), '--listen', '127.0.0.1:0'];
    const child = Bun.spawn(['npm', 'start', '--silent', '--', ...flags], {
      cwd: resolve(import.meta.dir, '..'),
      env: { PATH: Bun.env['PATH'] ?? '', HOME: home },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const printed = await printedUntil(child.stdout, /-d '.*'\n/);
    const url = ready.exec(printed)?.[1] ?? '';
    const key = /client key, shown only now: +(tr-\w+)/.exec(printed)?.[1] ?? '';
    expect(printed).toMatch(/administrator key, shown only now: +tr-\w{43}/);
    expect(printed).toContain(`curl ${url}/v1/chat/completions`);
    expect(await asked(url, key)).toBe(200);

    child.kill('SIGTERM');
    await child.exited;
    expect(await gone(url)).toBeTrue();
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}, 30_000);

async function printedUntil(stream: ReadableStream<Uint8Array>, end: RegExp): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  while (!end.test(text)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  return text;
}

async function asked(url: string, key: string): Promise<number> {
  const body = JSON.stringify({ model: 'sandbox/echo', messages: [{ role: 'user', content: 'Hello, bridge' }] });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return (await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })).status;
}

/** Whether nobody answers there any more, within five seconds. */
async function gone(url: string): Promise<boolean> {
  for (let look = 0; look < 50; look += 1) {
    try {
      await fetch(`${url}/healthz`);
    } catch {
      return true;
    }
    await Bun.sleep(100);
  }
  return false;
}
