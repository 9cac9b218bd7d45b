import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { faultsIn } from './check.ts';
import { type Load, type LoadReport, runLoad } from './load.ts';
import { compileNative, type Native } from './native.ts';
import { endAll } from './process.ts';
import { writeRequest } from './request.ts';
import { type Kind, plainTarget } from './target.ts';
import { startUpstream, type Upstream } from './upstream.ts';

const hasCompiler = Bun.which('cc') !== null;
const pace = { unpacedFrames: 20, pacedFrames: 5, pacedMs: 10 };
const folder = mkdtempSync(`${tmpdir()}/trestle-bench-test-`);
let native: Native;
let upstream: Upstream;

beforeAll(async () => {
  if (!hasCompiler) return console.warn('bench: cc is missing, so the load generator is not tested here');
  native = compileNative();
  upstream = await startUpstream(native.upstream, pace);
});

afterAll(async () => {
  await endAll();
  rmSync(folder, { recursive: true, force: true });
});

const framesOf: { readonly [Of in Kind]?: number } = {
  'stream-unpaced': pace.unpacedFrames,
  'stream-translated': pace.unpacedFrames,
  'stream-paced': pace.pacedFrames,
};

/** Runs a few calls and hands back what either side found wrong. */
async function faultsAt(port: number, kind: Kind, change: Partial<Load> = {}): Promise<readonly string[]> {
  const target = plainTarget('bare', port);
  const file = writeRequest(folder, target, kind);
  const frames = framesOf[kind] ?? 0;
  const few = { connections: 4, calls: 12, warmup: 4, settleMs: 0, limitSeconds: 5 };
  const load: Load = { ...few, ...(frames === 0 ? {} : { frames }), ...change };
  const before = await upstream.counts(kind);
  const report: LoadReport = await runLoad(native.load, target, { file, load });
  const after = await upstream.counts(kind);
  return faultsIn({ what: kind, report, before, after, ...file });
}

/** A proxy that spoils what passes through it. */
async function throughProxy(
  spoil: { request?: (body: string) => string; answer?: (body: string) => string; again?: true },
  kind: Kind,
): Promise<string> {
  const proxy = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const body = (spoil.request ?? same)(await request.text());
      const url = `http://127.0.0.1:${upstream.port}${new URL(request.url).pathname}`;
      const ask = () => fetch(url, { method: 'POST', body });
      if (spoil.again) await (await ask()).text();
      const answer = await ask();
      return new Response((spoil.answer ?? same)(await answer.text()), { status: answer.status });
    },
  });
  const faults = await faultsAt(proxy.port ?? 0, kind);
  await proxy.stop(true);
  return faults.join('\n');
}

const same = (text: string): string => text;

for (const kind of ['whole', 'big', 'stream-unpaced', 'stream-paced'] as const) {
  test.skipIf(!hasCompiler)(`finds nothing wrong with ${kind} answers that pass untouched`, async () => {
    expect(await faultsAt(upstream.port, kind)).toEqual([]);
    expect(await faultsAt(upstream.port, kind, { rate: 400, arrivals: 'poisson' })).toEqual([]);
    expect(await throughProxy({}, kind)).toBe('');
  });
}

const spoilt: readonly [what: string, kind: Kind, spoil: Parameters<typeof throughProxy>[0], blame: string][] = [
  [
    'an answer given to another caller',
    'whole',
    { answer: (text) => text.replace(/bench-\d/, 'bench-7') },
    'another call',
  ],
  ['an answer without its end', 'whole', { answer: (text) => text.slice(0, -300) }, 'the expected text is missing'],
  ['a request body that lost its end', 'big', { request: (text) => text.slice(0, -100) }, 'status is not 200'],
  ['a call that was made twice', 'whole', { again: true }, 'requests: 32 at the upstream, 16 at the caller'],
  ['a changed byte count', 'whole', { answer: (text) => `${text} ` }, 'bytes of answers'],
  ['a lost frame', 'stream-unpaced', { answer: (text) => dropFrame(text, 3) }, 'out of its place'],
  ['a lost last frame', 'stream-unpaced', { answer: (text) => dropFrame(text, 19) }, 'a wrong number of frames'],
  ['a missing [DONE]', 'stream-paced', { answer: (text) => dropFrame(text, 5) }, 'no [DONE]'],
  ['half a frame at the end', 'stream-paced', { answer: (text) => text.slice(0, -1) }, 'no [DONE]'],
];

for (const [what, kind, spoil, blame] of spoilt) {
  test.skipIf(!hasCompiler)(`finds ${what}`, async () => {
    expect(await throughProxy(spoil, kind)).toContain(blame);
  });
}

test.skipIf(!hasCompiler)('gives up on an answer that never comes, and says so', async () => {
  const silent = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Promise<Response>(() => {}) });
  const faults = await faultsAt(silent.port ?? 0, 'whole', { limitSeconds: 0.3 });
  await silent.stop(true);
  expect(faults.join()).toContain('no complete answer in time');
});

function dropFrame(text: string, place: number): string {
  return text
    .split('\n\n')
    .filter((_, at) => at !== place)
    .join('\n\n');
}
