import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { faultsIn } from './check.ts';
import { runLoad } from './load.ts';
import { compileNative, type Native } from './native.ts';
import { endAll } from './process.ts';
import { writeRequest } from './request.ts';
import { type Kind, plainTarget } from './target.ts';
import { startUpstream, type Upstream } from './upstream.ts';

const hasCompiler = Bun.which('cc') !== null;
const frames = 20;
const folder = mkdtempSync(`${tmpdir()}/trestle-bench-translated-`);
let native: Native;
let upstream: Upstream;

beforeAll(async () => {
  if (!hasCompiler) return console.warn('bench: cc is missing, so the load generator is not tested here');
  native = compileNative();
  upstream = await startUpstream(native.upstream, { unpacedFrames: frames, pacedFrames: 5, pacedMs: 10 });
});

afterAll(async () => {
  await endAll();
  rmSync(folder, { recursive: true, force: true });
});

type Spoil = (answer: string) => string;

/** A few calls through a gateway that asks the upstream and answers in Anthropic's words; what either side found wrong. */
async function faultsThrough(kind: Kind, spoil: Spoil): Promise<string> {
  const proxy = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const url = `http://127.0.0.1:${upstream.port}${new URL(request.url).pathname}`;
      const answer = await (await fetch(url, { method: 'POST', body: await request.text() })).text();
      return new Response(spoil(kind === 'translated' ? wholeOf(answer) : streamOf(answer)));
    },
  });
  const target = { ...plainTarget('bare', proxy.port ?? 0), translates: true } as const;
  const file = writeRequest(folder, target, kind);
  const few = { connections: 4, calls: 12, warmup: 4, settleMs: 0, limitSeconds: 5 };
  const before = await upstream.counts(kind);
  const load = kind === 'translated' ? few : { ...few, frames };
  const report = await runLoad(native.load, target, { file, load });
  const after = await upstream.counts(kind);
  await proxy.stop(true);
  return faultsIn({ what: kind, report, before, after, ...file }).join('\n');
}

function wholeOf(answer: string): string {
  const { id, choices, usage } = JSON.parse(answer);
  const content = [{ type: 'text', text: choices[0].message.content }];
  return JSON.stringify({ id, type: 'message', content, usage: { output_tokens: usage.completion_tokens } });
}

function streamOf(answer: string): string {
  const chunks = answer.split('\n\n').filter((block) => block.startsWith('data: {'));
  const { id } = JSON.parse((chunks[0] ?? '').slice(6));
  const words = chunks.flatMap((chunk) => JSON.parse(chunk.slice(6)).choices[0]?.delta.content || []);
  const events = [
    { type: 'message_start', message: { id } },
    ...words.map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    { type: 'message_stop' },
  ];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

const same: Spoil = (answer) => answer;

test.skipIf(!hasCompiler)('finds nothing wrong with answers that were translated', async () => {
  expect(await faultsThrough('translated', same)).toBe('');
  expect(await faultsThrough('stream-translated', same)).toBe('');
});

const spoilt: readonly [what: string, kind: Kind, spoil: Spoil, blame: string][] = [
  ['an answer of another caller', 'translated', (text) => text.replace(/bench-\d/, 'bench-7'), 'another call'],
  ['usage that is wrong', 'translated', (text) => text.replace(':172', ':17'), 'the expected text is missing'],
  ['a lost delta', 'stream-translated', (text) => without(text, 3), 'a wrong number of frames'],
  ['a changed word', 'stream-translated', (text) => text.replace(' carries', ' caries'), 'a delta without its word'],
  ['a missing message_stop', 'stream-translated', (text) => without(text, frames - 2), 'no [DONE] or message_stop'],
  ['a stream of another caller', 'stream-translated', (text) => text.replace(/bench-\d/, 'bench-7'), 'another call'],
];

for (const [what, kind, spoil, blame] of spoilt) {
  test.skipIf(!hasCompiler)(`finds ${what}`, async () => {
    expect(await faultsThrough(kind, spoil)).toContain(blame);
  });
}

function without(text: string, place: number): string {
  return text
    .split('\n\n')
    .filter((_, at) => at !== place)
    .join('\n\n');
}
