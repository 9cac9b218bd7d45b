import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { isJsonObject, type Json } from '../../src/core/json.ts';
import { type Started, startTrestle } from '../started.ts';
import { faultKinds, type HostileUpstream, hostileUpstream, type Seen, textOf } from '../upstream/hostile.ts';
import { becomes, type Row, rowsFor } from './books.ts';
import { type Ending, faultCases } from './faults.ts';
import { openaiError } from './spoken.ts';

/** Every fault of the hostile upstream, whole and streamed, each at a provider of its own behind one started Trestle. */
const modes = ['whole', 'stream'] as const;
const cells = faultCases.flatMap((one) => modes.map((mode) => ({ ...one, mode, label: `${one.name}, ${mode}` })));
type Cell = (typeof cells)[number];

const withinMs = 8_000;
const prompt = 'Cross the bridge. '.repeat(30);
/** Faults that make the text another one than is usual. */
const otherText = new Set(['utf8-invalid', 'huge', 'endless', 'frame-invalid']);
/** Faults whose usage is a lie, or is none. */
const lies = new Set(['absent', 'null', 'zero', 'string', 'negative', 'fraction', 'huge', 'contradicting']);
/** What a provider said instead of an answer, although its status was 200. */
const said = new Set(['provider-failed', 'provider-overloaded', 'provider-refused']);

interface Told {
  readonly status: number;
  readonly id: string;
  readonly text: string;
  readonly tookMs: number;
  /** How often its upstream was asked so far. */
  readonly asked: number;
}

let trestle: Started;
const upstreams = new Map<Cell, HostileUpstream>();
const told = new Map<Cell, Told>();
const toldNext = new Map<Cell, Told>();
let rows: ReadonlyMap<string, readonly Row[]>;

beforeAll(async () => {
  for (const cell of cells) {
    const upstream = await hostileUpstream();
    upstream.otherwise(cell.fault);
    upstreams.set(cell, upstream);
  }
  const providers = cells.map(
    (cell, index) =>
      `  p${index}: { type: openai-compatible, base_url: "${upstreamOf(cell).url}/v1", models: [m], prices: { "*": { input: 1, output: 2 } } }`,
  );
  trestle = await startTrestle({
    config: `
retry: { attempts: 2, max_delay_ms: 60 }
limits: { head_timeout_ms: 2000, idle_timeout_ms: 2000, call_timeout_ms: 6000 }
providers:
${providers.join('\n')}
`,
  });
  await Promise.all(cells.filter(({ heavy }) => heavy !== true).map(async (cell) => told.set(cell, await ask(cell))));
  for (const cell of cells.filter(({ heavy }) => heavy === true)) told.set(cell, await ask(cell));
  for (const upstream of upstreams.values()) upstream.otherwise({ kind: 'none' });
  rows = await rowsFor(
    trestle,
    [...told.values()].map(({ id }) => id),
  );
}, 60_000);
afterAll(async () => {
  await trestle?.stop();
  for (const upstream of upstreams.values()) await upstream.close();
});

function upstreamOf(cell: Cell): HostileUpstream {
  const upstream = upstreams.get(cell);
  if (upstream === undefined) throw new Error(`${cell.label} has no upstream`);
  return upstream;
}

function known<T>(map: ReadonlyMap<Cell, T>, cell: Cell): T {
  const found = map.get(cell);
  if (found === undefined) throw new Error(`${cell.label} was not asked`);
  return found;
}

async function ask(cell: Cell): Promise<Told> {
  const beganAt = performance.now();
  const response = await fetch(`${trestle.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${trestle.clientKey}`,
      ...(cell.fault.kind === 'endless' ? { 'x-trestle-timeout-ms': '400' } : {}),
    },
    body: JSON.stringify({
      model: `p${cells.indexOf(cell)}/m`,
      messages: [{ role: 'user', content: prompt }],
      stream: cell.mode === 'stream',
    }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text().catch((thrown: unknown) => `cut: ${thrown}`);
  return {
    status: response.status,
    id: response.headers.get('x-request-id') ?? '',
    text,
    tookMs: performance.now() - beganAt,
    asked: upstreamOf(cell).seen.length,
  };
}

const framesOf = (text: string): readonly string[] => text.split(/\r?\n\r?\n/).filter((frame) => frame !== '');
const dataOf = (frame: string): string => frame.replace(/^data: ?/, '');

/** How it ended for the caller; a sentence if it ended in no way that is allowed. */
function endingOf({ status, text }: Told, mode: Cell['mode']): Ending | string {
  if (status !== 200)
    return openaiError(text.replace(/"status":\d+,?/, '')) === undefined ? `no error: ${text.slice(0, 200)}` : status;
  if (mode === 'whole') return text.includes('"choices"') ? 'answer' : `no answer: ${text.slice(0, 200)}`;
  const frames = framesOf(text);
  const last = dataOf(frames.at(-1) ?? '');
  const marks = frames.filter((frame) => dataOf(frame) === '[DONE]').length;
  if (!/\r?\n\r?\n$/.test(text)) return `a torn frame: ${text.slice(-200)}`;
  if (last === '[DONE]') return marks === 1 ? 'answer' : `${marks} end marks`;
  if (marks > 0) return `something after the end mark: ${text.slice(-200)}`;
  return openaiError(last) === undefined ? `a silent end: ${text.slice(-200)}` : 'error-frame';
}

/** The text that reached the caller. */
function contentOf({ status, text }: Told, mode: Cell['mode']): string {
  if (status !== 200) return '';
  const bodies = mode === 'whole' ? [text] : framesOf(text).map(dataOf);
  return bodies
    .filter((body) => body.startsWith('{'))
    .flatMap((body) => parsed(body))
    .map((chunk) => {
      const [choice] = Array.isArray(chunk['choices']) ? chunk['choices'] : [];
      const words = isJsonObject(choice) ? (choice['delta'] ?? choice['message']) : undefined;
      return isJsonObject(words) && typeof words['content'] === 'string' ? words['content'] : '';
    })
    .join('');
}

function parsed(text: string): readonly { readonly [member: string]: Json }[] {
  try {
    const value: Json = JSON.parse(text);
    return isJsonObject(value) ? [value] : [];
  } catch {
    return [];
  }
}

const rowOf = (cell: Cell): Row => {
  const found = rows.get(known(told, cell).id) ?? [];
  expect(found).toHaveLength(1);
  const [row] = found;
  if (row === undefined) throw new Error(`${cell.label} left no record`);
  return row;
};
const lastSeen = (cell: Cell): Seen | undefined => upstreamOf(cell).seen[rowOf(cell).attempts - 1];
const usd = (input: number, output: number): string =>
  (input / 1e6 + (2 * output) / 1e6).toFixed(9).replace(/\.?0+$/, '');

test('every kind of fault is among them', () => {
  const missing = faultKinds.filter((kind) => !faultCases.some(({ fault }) => fault.kind === kind));
  expect(missing).toEqual([]);
  console.log(`  ${cells.length} ways to fail`);
});

describe.each(cells.map((cell) => [cell.label, cell] as const))('%s', (_label, cell) => {
  test('ends properly for its caller, in time', () => {
    const answer = known(told, cell);
    const ending = endingOf(answer, cell.mode);
    expect([cell[cell.mode]].flat<readonly (Ending | readonly Ending[])[]>()).toContain(ending as Ending);
    expect(answer.tookMs).toBeLessThan(withinMs);
    expect(answer.id).toStartWith('req_');
    const content = contentOf(answer, cell.mode);
    if (ending === 'answer' && !otherText.has(cell.fault.kind)) expect(content).toBe(textOf(8));
    if (ending === 'error-frame' && !otherText.has(cell.fault.kind)) expect(textOf(8)).toStartWith(content);
    expect(answer.text).not.toContain('poison');
    expect(answer.text).not.toContain('after the end');
    if (cell.mode === 'stream') expect(answer.text).not.toMatch(/"choices":\[\],"usage":\{/);
  });

  test('leaves one record of what was seen', () => {
    const answer = known(told, cell);
    const ending = endingOf(answer, cell.mode);
    const row = rowOf(cell);
    expect(row).toMatchObject({
      status: answer.status,
      outcome: ending === 'answer' ? 'complete' : 'failed',
      stream: cell.mode === 'stream',
      provider: `p${cells.indexOf(cell)}`,
      model: 'm',
    });
    expect(row.failure ?? 'none').toMatch(ending === 'answer' ? /^none$/ : /^(provider-|deadline-exceeded)/);
    expect(answer.asked).toBe(row.attempts);
  });

  test('is charged by what the provider bills', () => {
    const answer = known(told, cell);
    const row = rowOf(cell);
    const billed = lastSeen(cell)?.billed ?? { input: 0, output: 0 };
    const { tokens, basis } = row.usage;
    const honest = cell.fault.kind !== 'usage' || !lies.has(cell.fault.as);
    const refused =
      row.upstream_status === null
        ? row.failure === 'provider-unreachable' || row.failure === 'provider-garbled'
        : row.upstream_status !== 200 || (answer.status !== 200 && said.has(row.failure ?? ''));
    if (refused) {
      expect({ cost: row.cost_usd, basis }).toEqual({ cost: '0', basis: 'none' });
      return;
    }
    expect(Number(row.cost_usd)).toBeGreaterThan(0);
    // Nobody is charged more than was held: where nothing limits an answer, that is for a million tokens.
    if (tokens.output > 1_000_000) expect(Number(row.cost_usd)).toBeLessThan(Number(usd(tokens.input, tokens.output)));
    else expect(row.cost_usd).toBe(usd(tokens.input, tokens.output));
    const received = contentOf(answer, cell.mode).match(/🌉/g)?.length ?? 0;
    if (basis === 'reported' && honest && !otherText.has(cell.fault.kind)) {
      const strays = cell.fault.kind === 'after-done' && cell.mode === 'stream' ? 1 : 0;
      expect({ input: tokens.input, output: tokens.output }).toEqual({
        input: billed.input,
        output: billed.output - strays,
      });
    }
    if (basis === 'estimated') {
      expect(tokens.output).toBeGreaterThanOrEqual(received);
      expect(tokens.input).toBeGreaterThanOrEqual(Math.ceil(prompt.length / 4));
      expect(row.flags).toContain('usage-estimated');
    }
    if (row.outcome === 'complete' && honest && !otherText.has(cell.fault.kind)) expect(basis).toBe('reported');
  });
});

test('no socket to an upstream that misbehaved is kept, and one at most to any other', async () => {
  const kept = (): readonly string[] =>
    cells.flatMap((cell) => {
      const open = upstreamOf(cell).openSockets();
      const broken = upstreamOf(cell).seen.some(({ outcome }) => outcome === 'aborted' || outcome === 'broken');
      return open > (broken ? 0 : 1) ? [`${cell.label}: ${open}`] : [];
    });
  await becomes(() => kept().length === 0, 3_000);
  expect(kept()).toEqual([]);
  for (const cell of cells)
    for (const seen of upstreamOf(cell).seen)
      expect({ label: cell.label, outcome: seen.outcome }).not.toEqual({ label: cell.label, outcome: 'answering' });
});

test('the next call to each of them is answered as if nothing had been', async () => {
  await Promise.all(cells.map(async (cell) => toldNext.set(cell, await ask(cell))));
  const wrong = cells.filter(
    (cell) =>
      endingOf(known(toldNext, cell), cell.mode) !== 'answer' ||
      contentOf(known(toldNext, cell), cell.mode) !== textOf(8),
  );
  expect(wrong.map(({ label }) => label)).toEqual([]);
});

test('nothing of all that was ever held in memory', () => {
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${trestle.pid}/status`, 'utf8'))?.[1];
  console.log(`  resident memory at its highest: ${Math.round(Number(kilobytes) / 1024)} MB`);
  expect(Number(kilobytes) / 1024).toBeLessThan(350);
});

test('what was logged names no error of ours', () => {
  expect(
    trestle
      .output()
      .split('\n')
      .filter((line) => line.includes('"level":"error"')),
  ).toEqual([]);
});
