import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { type Started, startTrestle } from '../started.ts';
import { type Fault, type HostileUpstream, hostileUpstream } from '../upstream/hostile.ts';
import { becomes, type Row, rowsOf } from './books.ts';
import { type Caller, caller, leavings, posted } from './caller.ts';

/** Callers who hang up and callers who do not read, at a started Trestle. */
const prompt = 'Cross the bridge. '.repeat(30);
const withinMs = 1_000;

interface Leave {
  readonly name: string;
  readonly fault: Fault;
  readonly stream: boolean;
  /** What the caller has heard when it leaves; nothing if it leaves as soon as the provider was asked. */
  readonly after?: RegExp;
}

const leaves: readonly Leave[] = [
  { name: 'before the head of a whole answer', fault: { kind: 'silence' }, stream: false },
  { name: 'before the head of a stream', fault: { kind: 'silence' }, stream: true },
  { name: 'in the middle of a head', fault: { kind: 'head-stall' }, stream: false },
  { name: 'while a whole answer comes', fault: { kind: 'drip', bytes: 8, ms: 50 }, stream: false },
  { name: 'while a whole answer hangs', fault: { kind: 'stall', after: 100 }, stream: false },
  { name: 'while a stream comes', fault: { kind: 'none', tokens: 400, paceMs: 15 }, stream: true, after: /🌉5/ },
  { name: 'while a stream hangs', fault: { kind: 'stall', after: 1_000 }, stream: true, after: /🌉2/ },
  { name: 'while a stream has not begun', fault: { kind: 'stall', after: 0 }, stream: true },
  { name: 'while a retry waits', fault: { kind: 'status', status: 503, retryAfter: '5' }, stream: true },
];
const cells = leaves.flatMap((one) => leavings.map((how) => ({ ...one, how, label: `${one.name}, by a ${how}` })));
type Cell = (typeof cells)[number];

interface Gone {
  readonly upstream: HostileUpstream;
  /** When the caller left. */
  readonly at: number;
  readonly heard: string;
}

let trestle: Started;
const upstreams: HostileUpstream[] = [];
const gone = new Map<Cell, Gone>();

beforeAll(async () => {
  for (const { fault } of cells) {
    const upstream = await hostileUpstream();
    upstream.otherwise(fault);
    upstreams.push(upstream);
  }
  const flood = await hostileUpstream();
  flood.otherwise({ kind: 'endless', bytes: 100_000 });
  upstreams.push(flood);
  const calm = await hostileUpstream();
  upstreams.push(calm);
  const entry = (name: string, { url }: HostileUpstream): string =>
    `  ${name}: { type: openai-compatible, base_url: "${url}/v1", models: [m], prices: { "*": { input: 1, output: 2 } } }`;
  const named = cells.map((_, index) => entry(`p${index}`, upstreams[index] ?? calm));
  trestle = await startTrestle({
    config: `providers:\n${[...named, entry('flood', flood), entry('calm', calm)].join('\n')}\n`,
  });
  await Promise.all(cells.map(async (cell, index) => gone.set(cell, await left(cell, index))));
}, 30_000);
afterAll(async () => {
  await trestle?.stop();
  for (const upstream of upstreams) await upstream.close();
});

function ask(model: string, stream: boolean, how: { readonly deaf?: true } = {}): Caller {
  return caller(
    trestle.url,
    posted(trestle.clientKey, { model, messages: [{ role: 'user', content: prompt }], stream }),
    how,
  );
}

async function left({ stream, after, how }: Cell, index: number): Promise<Gone> {
  const upstream = upstreams[index];
  if (upstream === undefined) throw new Error('no upstream');
  const one = ask(`p${index}/m`, stream);
  await upstream.arrival(1);
  if (after !== undefined) await becomes(() => after.test(one.heard()), 10_000);
  else await Bun.sleep(150);
  const at = performance.now();
  one.leave(how);
  // After a whole answer, however bad, the connection to the provider is kept.
  if (upstream.seen[0]?.outcome !== 'answered') await becomes(() => upstream.openSockets() === 0, 3_000);
  return { upstream, at, heard: one.heard() };
}

async function rowOf(cell: Cell): Promise<Row> {
  const model = `p${cells.indexOf(cell)}/m`;
  const find = async (): Promise<readonly Row[]> =>
    (await rowsOf(trestle)).filter(({ requested_model }) => requested_model === model);
  await becomes(async () => (await find()).length > 0, 5_000);
  const [row, ...more] = await find();
  if (row === undefined || more.length > 0)
    throw new Error(`${cell.label}: ${more.length + (row === undefined ? 0 : 1)} records`);
  return row;
}

describe('a caller who hangs up', () => {
  test.each(cells.map((cell) => [cell.label, cell] as const))('%s', async (_label, cell) => {
    const found = gone.get(cell);
    if (found === undefined) throw new Error('nobody left');
    const { upstream, at, heard } = found;
    const [seen, ...more] = upstream.seen;
    expect(more).toEqual([]);
    const waited = cell.fault.kind === 'status';
    expect(seen?.outcome).toBe(waited ? 'answered' : 'aborted');
    if (!waited) expect((seen?.endedAt ?? Infinity) - at).toBeLessThan(withinMs);

    const row = await rowOf(cell);
    const begun = cell.after !== undefined;
    expect({ status: row.status, outcome: row.outcome, failure: row.failure, attempts: row.attempts }).toEqual({
      status: begun ? 200 : 499,
      outcome: 'aborted',
      failure: 'caller-gone',
      attempts: 1,
    });
    if (waited) {
      expect(row.cost_usd).toBe('0');
      return;
    }
    const received = heard.match(/🌉/g)?.length ?? 0;
    expect(received).toBeGreaterThanOrEqual(begun ? 3 : 0);
    expect(row.usage.basis).toBe('estimated');
    expect(row.usage.tokens.input).toBeGreaterThanOrEqual(Math.ceil(prompt.length / 4));
    expect(row.usage.tokens.output).toBeGreaterThanOrEqual(received);
    expect(Number(row.cost_usd)).toBeCloseTo((row.usage.tokens.input + 2 * row.usage.tokens.output) / 1e6, 9);
  });

  test('while it still sends its body is on record and costs nothing', async () => {
    const before = (await rowsOf(trestle)).length;
    for (const how of leavings) {
      const one = caller(
        trestle.url,
        posted(trestle.clientKey, { model: 'calm/m', messages: [], padding: 'x'.repeat(1000) }).slice(0, -500),
      );
      await Bun.sleep(100);
      one.leave(how);
    }
    const rows = async (): Promise<readonly Row[]> => (await rowsOf(trestle)).slice(0, -before);
    expect(await becomes(async () => (await rows()).length === leavings.length, 3_000)).toBeTrue();
    expect(
      (await rows()).map(({ status, outcome, failure, cost_usd, attempts }) => ({
        status,
        outcome,
        failure,
        cost_usd,
        attempts,
      })),
    ).toEqual(
      leavings.map(() => ({ status: 499, outcome: 'aborted', failure: 'caller-gone', cost_usd: '0', attempts: 0 })),
    );
  });
});

describe('callers who do not read', () => {
  test('twenty of them stop their provider, not the others, and take no memory', async () => {
    const flood = upstreams.at(-2);
    if (flood === undefined) throw new Error('no upstream');
    const before = residentMegabytes();
    const deaf = Array.from({ length: 20 }, () => ask('flood/m', true, { deaf: true }));
    expect(await becomes(() => flood.seen.length === 20, 5_000)).toBeTrue();

    const others: number[] = [];
    for (let call = 0; call < 40; call += 1) {
      const beganAt = performance.now();
      const response = await fetch(`${trestle.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${trestle.clientKey}` },
        body: JSON.stringify({
          model: 'calm/m',
          messages: [{ role: 'user', content: 'Hello' }],
          stream: call % 2 === 0,
        }),
      });
      await response.text();
      expect(response.status).toBe(200);
      others.push(performance.now() - beganAt);
      await Bun.sleep(25);
    }
    const sent = flood.seen.map((seen) => seen.sent.bytes);
    await Bun.sleep(500);
    expect(flood.seen.map((seen) => seen.sent.bytes)).toEqual(sent);
    expect(Math.max(...others)).toBeLessThan(2_000);
    const grown = residentMegabytes() - before;
    console.log(
      `  twenty deaf readers of ${Math.round(sent.reduce((sum, bytes) => sum + bytes, 0) / 1e6)} MB: ${Math.round(grown)} MB more, slowest other call ${Math.round(Math.max(...others))} ms`,
    );
    expect(grown).toBeLessThan(250);

    const known = (await rowsOf(trestle)).length;
    for (const one of deaf) one.leave('close');
    const leftAt = performance.now();
    await Promise.all(flood.seen.map((seen) => seen.ended));
    expect(flood.seen.map(({ outcome }) => outcome)).toEqual(flood.seen.map(() => 'aborted'));
    expect(performance.now() - leftAt).toBeLessThan(2 * withinMs);
    const rows = async (): Promise<readonly Row[]> => (await rowsOf(trestle)).slice(0, -known);
    expect(await becomes(async () => (await rows()).length === 20, 5_000)).toBeTrue();
    expect(new Set((await rows()).map(({ outcome, provider }) => `${provider} ${outcome}`))).toEqual(
      new Set(['flood aborted']),
    );
  }, 20_000);
});

function residentMegabytes(): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${trestle.pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}
