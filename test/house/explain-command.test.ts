import { afterAll, beforeAll, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Started, startTrestle } from '../started.ts';

/** `trestle explain` as a user runs it, against a server that runs. */
let trestle: Started;
beforeAll(async () => {
  trestle = await startTrestle();
});
afterAll(async () => {
  await trestle?.stop('SIGKILL');
});

const command = resolve(import.meta.dir, '../../bin/trestle');

async function run(
  words: readonly string[],
  given: { readonly input?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly code: number; readonly said: string; readonly complained: string }> {
  const child = Bun.spawn([command, 'explain', ...words], {
    cwd: trestle.directory,
    env: {
      PATH: Bun.env['PATH'] ?? '',
      TRESTLE_URL: trestle.url,
      TRESTLE_CLIENT_KEY: trestle.clientKey,
      ...given.environment,
    },
    stdin: new TextEncoder().encode(given.input ?? ''),
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [said, complained] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { code: await child.exited, said, complained };
}

const request = { model: 'sandbox/echo', max_tokens: 10, messages: [{ role: 'user', content: 'Hello, bridge' }] };

test('explains a file, and what is piped in', async () => {
  writeFileSync(join(trestle.directory, 'request.json'), JSON.stringify({ ...request, top_k: 5 }));
  const file = await run(['request.json', '--dialect', 'anthropic-messages']);
  expect({ code: file.code, complained: file.complained }).toEqual({ code: 0, complained: '' });
  expect(file.said).toContain('sandbox/echo, asked in anthropic-messages: one target');
  expect(file.said).toContain('translated to openai-chat');
  expect(file.said).toContain('"content": "Hello, bridge"');
  const piped = await run(['-', '--json'], { input: JSON.stringify(request) });
  expect({ code: piped.code, object: JSON.parse(piped.said).object }).toEqual({ code: 0, object: 'explanation' });
  expect(JSON.parse(piped.said).targets[0]).toMatchObject({
    passed_through: true,
    body: { ...request, model: 'echo' },
  });
});

test('ends with 2 where the user must mend something, with 1 where nobody answers', async () => {
  const unknown = await run(['-'], { input: JSON.stringify({ ...request, model: 'nobody/knows' }) });
  expect({ code: unknown.code, said: unknown.said }).toEqual({ code: 2, said: '' });
  expect(unknown.complained).toStartWith('trestle: There is no model "nobody/knows" here;');
  expect((await run(['no-such-file.json'])).code).toBe(2);
  expect((await run(['-'], { input: '{}', environment: { TRESTLE_CLIENT_KEY: 'tr-wrong' } })).code).toBe(2);
  const gone = await run(['-'], { input: '{}', environment: { TRESTLE_URL: 'http://127.0.0.1:1' } });
  expect(gone).toEqual({
    code: 1,
    said: '',
    complained: 'trestle: no Trestle answers at http://127.0.0.1:1; is it running? --url says where.\n',
  });
});

test('is among what help lists', async () => {
  for (const words of [['--help'], ['-h']]) {
    const { code, said } = await run(words);
    expect({ code, told: said.includes('trestle explain FILE') }).toEqual({ code: 0, told: true });
  }
});
