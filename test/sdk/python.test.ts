import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { startTrestle } from '../started.ts';

const there = Bun.which('python3') !== null && Bun.spawnSync(['python3', '-c', 'import openai']).success;
if (!there) console.log('  the Python SDK is not on this machine (python3 -c "import openai"); its test is skipped');

test.skipIf(!there)(
  'the official Python SDK chats, streams and hears a refusal',
  async () => {
    const trestle = await startTrestle();
    const child = Bun.spawn(['python3', join(import.meta.dir, 'python-chat.py')], {
      env: { ...Bun.env, TRESTLE_URL: trestle.url, TRESTLE_KEY: trestle.clientKey },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said, code] = await Promise.all([new Response(child.stdout).text(), child.exited]);
    await trestle.stop();
    expect(code).toBe(0);
    expect(JSON.parse(said)).toEqual({
      content: 'Grüße, 世界 🌉',
      tokens: expect.any(Number),
      request_id: expect.stringMatching(/^req_/),
      choices_per_chunk: [1],
      streamed: 'Grüße, 世界 🌉',
      refused: { status: 400, param: 'n' },
    });
  },
  60_000,
);
