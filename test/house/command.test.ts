import { afterAll, beforeAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import { root } from '../architecture/checks.ts';
import { commandOf, type Ended, typedCommand } from '../command.ts';
import { type Started, startTrestle } from '../started.ts';

/** The `trestle` command in a process and at a terminal of its own, beside a server that runs. */
let trestle: Started;
let run: (words: readonly string[], options?: { readonly input?: string }) => Promise<Ended>;
beforeAll(async () => {
  trestle = await startTrestle({ config: 'models: { slow: "sandbox/lorem?tokens_per_second=20&tokens=400" }' });
  run = commandOf(trestle);
});
afterAll(async () => {
  await trestle?.stop('SIGKILL');
});

test('help is there within 150 ms', async () => {
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const begun = performance.now();
    const { exitCode } = Bun.spawnSync([join(root, 'bin/trestle'), '--help'], { stdout: 'ignore' });
    times.push(performance.now() - begun);
    expect(exitCode).toBe(0);
  }
  // The quickest: what else this machine is doing is not the command's doing.
  expect(Math.min(...times)).toBeLessThanOrEqual(150);
});

test('whoever reads only the beginning of an answer breaks nothing', () => {
  const env = { ...Bun.env, TRESTLE_URL: trestle.url, TRESTLE_ADMIN_KEY: trestle.adminKey };
  const piped = `"${join(root, 'bin/trestle')}" openapi | head -c 1`;
  const { stdout, stderr } = Bun.spawnSync(['sh', '-c', piped], { env });
  expect([stdout.toString(), stderr.toString()]).toEqual(['{', '']);
});

test('an answer goes to one output and its sum to the other, so that it can be piped on', async () => {
  const { code, said, complained } = await run(['chat', '--model', 'sandbox/echo', '-'], { input: 'Hello, bridge\n' });
  expect({ code, said }).toEqual({ code: 0, said: 'Hello, bridge\n' });
  expect(complained).toMatch(
    /^\d+ tokens in, \d+ out · .* · first token after \d\.\d\d s · .* · sandbox\/echo · req_\w+\n$/,
  );
});

test('scripts read nothing but JSON from the one output', async () => {
  for (const words of [
    ['keys'],
    ['models'],
    ['requests'],
    ['usage'],
    ['projects'],
    ['doctor', '--offline'],
    ['chat', '--model', 'sandbox/echo', 'Hi'],
  ]) {
    const { said, code } = await run([...words, '--json']);
    expect({ words, code, type: typeof JSON.parse(said) }).toEqual({ words, code: 0, type: 'object' });
  }
});

test('a conversation at a terminal remembers, shows what it cost, and ends with Ctrl-C: the answer first, then the chat', async () => {
  const chat = typedCommand(trestle, ['chat', '--model', 'sandbox/echo']);
  try {
    await chat.shown(/> /);
    chat.type('Hello, bridge\r');
    await chat.shown(/Hello, bridge\r\n +\d+ tokens in, \d+ out · /);
    await chat.shown(/> /);
    chat.type('/model slow\r');
    await chat.shown(/From here on slow answers/);
    chat.type('Go on\r');
    await chat.shown(/Go on\s+\w+ \w+/);
    chat.type('\u0003');
    await chat.shown(/given up after/);
    await chat.shown(/> /);
    chat.type('\u0003');
    expect(await chat.exited).toBe(0);
  } finally {
    chat.end();
  }
}, 20_000);

test('a single question at a terminal is given up with Ctrl-C', async () => {
  const chat = typedCommand(trestle, ['chat', '--model', 'slow', 'Go on']);
  try {
    await chat.shown(/\w+ \w+ /);
    chat.type('\u0003');
    await chat.shown(/given up after/);
    expect(await chat.exited).toBe(1);
  } finally {
    chat.end();
  }
}, 20_000);

test('what takes longer than a second says so at a terminal, and takes it back', async () => {
  const chat = typedCommand(trestle, ['chat', '--model', 'sandbox/echo?ttft_ms=1600', 'Hello']);
  try {
    await chat.shown(/… 1 s/);
    await chat.shown(/\r.\[KHello/);
    expect(await chat.exited).toBe(0);
  } finally {
    chat.end();
  }
}, 20_000);

test('a pipe that is closed early does not break anything', async () => {
  const script = `"${join(root, 'bin/trestle')}" help | head -1`;
  const child = Bun.spawn(['sh', '-c', script], { stdout: 'pipe', stderr: 'pipe' });
  const [said, complained] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect([said.split('\n').length, complained]).toEqual([2, '']);
});
