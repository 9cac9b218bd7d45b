import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type Started, startTrestle } from '../started.ts';
import { type Fault, type HostileUpstream, hostileUpstream, textOf } from '../upstream/hostile.ts';
import { type Row, rowsFor } from './books.ts';

/** Two providers behind one alias, at a started Trestle: what the first does wrong, and whether the second is asked. */
interface Case {
  readonly name: string;
  /** `refuse`: its port is closed. */
  readonly fault: Fault | 'refuse';
  readonly modes: readonly ('whole' | 'stream')[];
  /** How often the first is asked. */
  readonly attempts: number;
  /** It may have worked for it, so that it is charged. */
  readonly mayBill?: true;
}

const both = ['whole', 'stream'] as const;
const movesOn: readonly Case[] = [
  { name: 'refuses connections', fault: 'refuse', modes: both, attempts: 2 },
  { name: 'resets', fault: { kind: 'reset' }, modes: both, attempts: 2 },
  { name: 'closes', fault: { kind: 'close' }, modes: both, attempts: 2 },
  { name: 'is silent', fault: { kind: 'silence' }, modes: both, attempts: 1, mayBill: true },
  { name: 'fails', fault: { kind: 'status', status: 500 }, modes: both, attempts: 2 },
  { name: 'fails with a page', fault: { kind: 'status', status: 502, body: 'html' }, modes: both, attempts: 2 },
  { name: 'is overloaded', fault: { kind: 'status', status: 529 }, modes: both, attempts: 2 },
  {
    name: 'limits the rate and asks for patience',
    fault: { kind: 'status', status: 429, retryAfter: '20' },
    modes: both,
    attempts: 1,
  },
  {
    name: 'has no credit left',
    fault: { kind: 'status', status: 429, code: 'insufficient_quota' },
    modes: both,
    attempts: 1,
  },
  { name: 'takes our credential for a wrong one', fault: { kind: 'status', status: 401 }, modes: both, attempts: 1 },
  { name: 'forbids', fault: { kind: 'status', status: 403 }, modes: both, attempts: 1 },
  { name: 'timed out', fault: { kind: 'status', status: 504 }, modes: both, attempts: 1 },
  { name: 'sends elsewhere', fault: { kind: 'redirect', location: 'http://127.0.0.1:1/' }, modes: both, attempts: 1 },
  { name: 'answers with a page', fault: { kind: 'html' }, modes: both, attempts: 1, mayBill: true },
  { name: 'answers with nothing', fault: { kind: 'empty' }, modes: both, attempts: 1, mayBill: true },
  { name: 'speaks no HTTP', fault: { kind: 'head-garbage' }, modes: both, attempts: 1 },
  { name: 'breaks off after its head', fault: { kind: 'cut', after: 0 }, modes: both, attempts: 1, mayBill: true },
  { name: 'breaks off in its first frame', fault: { kind: 'cut', after: 40 }, modes: both, attempts: 1, mayBill: true },
  { name: 'is silent after its head', fault: { kind: 'stall', after: 0 }, modes: both, attempts: 1, mayBill: true },
  {
    name: 'breaks off in the middle',
    fault: { kind: 'cut', after: 300 },
    modes: ['whole'],
    attempts: 1,
    mayBill: true,
  },
  { name: 'sends half a gzip', fault: { kind: 'gzip-cut' }, modes: both, attempts: 1, mayBill: true },
  { name: 'sends broken JSON', fault: { kind: 'json-invalid' }, modes: ['whole'], attempts: 1, mayBill: true },
  {
    name: 'streams nothing but an end',
    fault: { kind: 'content-type', type: 'application/json' },
    modes: ['stream'],
    attempts: 1,
    mayBill: true,
  },
  { name: 'says error and 200', fault: { kind: 'error-200' }, modes: ['whole'], attempts: 2 },
];
const stays = [400, 404, 413, 422].map((status) => ({ status, fault: { kind: 'status', status } as const }));

const cells = movesOn.flatMap((one) => one.modes.map((mode) => ({ ...one, mode, label: `${one.name}, ${mode}` })));
const begun: readonly Fault[] = [
  { kind: 'cut', after: 1_000, paceMs: 40 },
  { kind: 'stall', after: 1_000 },
  { kind: 'error-frame', after: 3, paceMs: 20 },
  { kind: 'done-missing' },
];

let trestle: Started;
let second: HostileUpstream;
const firsts: HostileUpstream[] = [];
const prompt = 'Cross the bridge. '.repeat(20);

beforeAll(async () => {
  second = await hostileUpstream();
  const providers: string[] = [
    `  second: { type: openai-compatible, base_url: "${second.url}/v1", models: [m], prices: { "*": { input: 1, output: 2 } } }`,
  ];
  const models: string[] = [];
  for (const [index, fault] of [
    ...cells,
    ...stays,
    ...begun.map((each) => ({ fault: each })),
    { fault: 'refuse' as const },
  ].entries()) {
    const first = await hostileUpstream();
    firsts.push(first);
    if (fault.fault === 'refuse') await first.refuse();
    else first.otherwise(fault.fault);
    providers.push(
      `  first${index}: { type: openai-compatible, base_url: "${first.url}/v1", models: [m], prices: { "*": { input: 1, output: 2 } } }`,
    );
    models.push(`  both${index}: { targets: [{ model: first${index}/m }], fallback: [second/n] }`);
  }
  const last = firsts.length - 1;
  models.push(`  neither: { targets: [{ model: first0/m }], fallback: [first${last}/n] }`);
  trestle = await startTrestle({
    config: `
retry: { attempts: 2, max_delay_ms: 60 }
limits: { head_timeout_ms: 1500, idle_timeout_ms: 1500 }
providers:
${providers.join('\n')}
models:
${models.join('\n')}
`,
  });
}, 30_000);
afterAll(async () => {
  await trestle?.stop();
  for (const upstream of [second, ...firsts]) await upstream?.close();
});

async function ask(
  model: string,
  stream: boolean,
): Promise<{ readonly response: Response; readonly text: string; row(): Promise<Row | undefined> }> {
  const response = await fetch(`${trestle.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${trestle.clientKey}` },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: prompt }], stream }),
  });
  const text = await response.text();
  const id = response.headers.get('x-request-id') ?? '';
  const row = async (): Promise<Row | undefined> => (await rowsFor(trestle, [id])).get(id)?.[0];
  return { response, text, row };
}

const words = (text: string): string => [...text.matchAll(/"content":"([^"]*)"/g)].map(([, each]) => each).join('');

describe('the second provider answers when the first', () => {
  test.concurrent.each(cells.map((cell, index) => [cell.label, cell, index] as const))(
    '%s',
    async (_label, cell, index) => {
      const { response, text, row } = await ask(`both${index}`, cell.mode === 'stream');
      expect(response.status).toBe(200);
      expect(words(text)).toBe(textOf(8));
      if (cell.mode === 'stream') expect(text).toEndWith('data: [DONE]\n\n');
      expect(response.headers.get('x-trestle-provider')).toBe('second');
      expect(response.headers.get('x-trestle-model')).toBe('n');
      expect(response.headers.get('x-trestle-attempts')).toBe(String(cell.attempts + 1));
      const first = firsts[index];
      expect(first?.seen.length).toBe(cell.fault === 'refuse' ? 0 : cell.attempts);

      const record = await row();
      expect({
        provider: record?.provider,
        outcome: record?.outcome,
        attempts: record?.attempts,
        basis: record?.usage.basis,
      }).toEqual({
        provider: 'second',
        outcome: 'complete',
        attempts: cell.attempts + 1,
        basis: 'reported',
      });
      const { input = 0, output = 0 } = record?.usage.tokens ?? {};
      const own = (input + 2 * output) / 1e6;
      const others = Number(record?.cost_usd) - own;
      if (cell.mayBill === true) expect(others).toBeGreaterThan(prompt.length / 4 / 1e6);
      else expect(others).toBeCloseTo(0, 12);
      const said = response.headers.get('x-trestle-cost-usd');
      if (cell.mode === 'whole') expect(said).toBe(record?.cost_usd ?? null);
    },
  );
});

describe('the second provider is not asked when', () => {
  test.each(stays.map(({ status }, index) => [status, cells.length + index] as const))(
    'the first judges the request with %d',
    async (status, index) => {
      const before = second.seen.length;
      const { response, row } = await ask(`both${index}`, false);
      expect({ status: response.status, asked: second.seen.length - before }).toEqual({ status, asked: 0 });
      expect(await row()).toMatchObject({
        provider: `first${index}`,
        outcome: 'failed',
        failure: 'provider-refused',
        cost_usd: '0',
        attempts: 1,
      });
    },
  );

  test.each(begun.map((fault, index) => [fault, cells.length + stays.length + index] as const))(
    'the first had begun to stream: %j',
    async (_fault, index) => {
      const before = second.seen.length;
      const { response, text, row } = await ask(`both${index}`, true);
      expect({ status: response.status, asked: second.seen.length - before }).toEqual({ status: 200, asked: 0 });
      expect(text).toMatch(/\n\ndata: \{"error":\{[^\n]*\}\}\n\n$/);
      expect(text).not.toContain('[DONE]');
      expect(await row()).toMatchObject({ provider: `first${index}`, outcome: 'failed', status: 200, attempts: 1 });
    },
  );
});

test('when both fail, the last one’s failure is told, and all attempts are one record', async () => {
  const { response, text, row } = await ask('neither', false);
  expect({ status: response.status, error: JSON.parse(text).error.code }).toEqual({
    status: 502,
    error: 'provider_unreachable',
  });
  expect(await row()).toMatchObject({
    requested_model: 'neither',
    outcome: 'failed',
    failure: 'provider-unreachable',
    attempts: 4,
    cost_usd: '0',
  });
});
