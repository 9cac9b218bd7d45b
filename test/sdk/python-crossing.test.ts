import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { openVendors } from './vendors.ts';

const python = Bun.env['TRESTLE_TEST_PYTHON'] ?? 'python3';
const there = Bun.which(python) !== null && Bun.spawnSync([python, '-c', 'import openai, anthropic']).success;
if (!there) {
  console.log(
    `  the Python SDKs are not on this machine (${python} -c "import openai, anthropic"); their crossing is skipped`,
  );
}

test.skipIf(!there)(
  'the official Python SDKs use tools over three turns on each other’s models, whole and streamed',
  async () => {
    const vendors = await openVendors();
    const child = Bun.spawn([python, join(import.meta.dir, 'python-crossing.py')], {
      env: { ...Bun.env, TRESTLE_URL: vendors.trestle.url, TRESTLE_KEY: vendors.trestle.clientKey },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said, code] = await Promise.all([new Response(child.stdout).text(), child.exited]);
    const refusals = vendors.asked().map(({ refused }) => refused);
    await vendors.close();
    expect(code).toBe(0);
    const both = ['weather', 'time'];
    const words = 'The tools said: fine; fine; fine; fine.';
    const claude = [['tool_use', ...both], ['tool_use', ...both], ['end_turn'], words, true];
    const gpt = [['tool_calls', ...both], ['tool_calls', ...both], ['stop'], words, true];
    expect(JSON.parse(said)).toEqual({
      claude,
      claude_streamed: claude,
      gpt,
      gpt_streamed: gpt,
      counted: true,
      listed: true,
      refused: [400, 400],
    });
    expect(refusals.filter((why) => why !== undefined)).toEqual([]);
  },
  60_000,
);
