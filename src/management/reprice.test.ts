import { describe, expect, test } from 'bun:test';
import { fakeContext, fakeEntry, noon } from '../../test/fakes/surroundings.ts';
import type { Price } from '../core/money.ts';
import type { Entry } from '../store/store.ts';
import type { Context } from './context.ts';
import { procedures } from './index.ts';
import { perform } from './perform.ts';

const price: Price = { from: 0, perToken: { input: 1_000_000n, output: 2_000_000n }, source: 'management' };
const span = { from: new Date(noon - 1_000).toISOString(), to: new Date(noon + 100_000).toISOString() };
const usage = { tokens: { input: 10, output: 5 } };
const right = 20_000n;

async function house(
  entries: readonly Partial<Entry>[],
  priceFor: Context['priceFor'] = () => price,
): Promise<Context> {
  const context = await fakeContext({ priceFor });
  for (const [n, changes] of entries.entries())
    await context.store.ledger.append(fakeEntry({ requestId: `req_${n}`, startedAt: noon + n, usage, ...changes }));
  return context;
}

describe('ledger.reprice', () => {
  test('corrects what costs something else by now, and tells of it', async () => {
    const context = await house([{ cost: right }, { cost: 1n }, { cost: right + 7n }]);
    expect(await run(context, span)).toMatchObject({
      ...{ dry_run: false, batch: expect.any(String), entries: 3, repriced: 2, priced: 0, unpriced: 0, kept: 0 },
      ...{ delta_usd: '0.000019992', next: null },
    });
    const [sum] = await context.store.ledger.usage({ from: 0, to: noon * 2, groupBy: [] });
    expect([sum?.cost, sum?.adjusted]).toEqual([3n * right, 19_992n]);
    expect((await context.store.audit.list({ limit: 5 })).data).toMatchObject([
      { procedure: 'ledger.reprice', summary: expect.stringContaining('re-priced 2 attempts') },
    ]);
    const { record, entries } = (await context.store.ledger.request('req_2')) ?? {};
    expect([record?.cost, record?.adjusted, entries?.[0]?.cost]).toEqual([right, -7n, right]);
  });

  test('done twice it changes nothing the second time, and a new price is a new correction', async () => {
    let now = price;
    const context = await house([{ cost: 1n }, { cost: 2n }], () => now);
    await run(context, span);
    expect(await run(context, span)).toMatchObject({ entries: 2, repriced: 0, delta_usd: '0', batch: null });
    now = { ...price, perToken: { input: 0n, output: 0n } };
    expect(await run(context, span)).toMatchObject({ repriced: 2, delta_usd: '-0.00004' });
    expect(await run(context, span)).toMatchObject({ repriced: 0, delta_usd: '0' });
    const [sum] = await context.store.ledger.usage({ from: 0, to: noon * 2, groupBy: [] });
    expect([sum?.cost, sum?.adjusted]).toEqual([0n, -3n]);
  });

  test('a dry run says all of it and does nothing', async () => {
    const context = await house([{ cost: 1n }]);
    expect(await run(context, { ...span, dry_run: true })).toMatchObject({ dry_run: true, repriced: 1 });
    expect(await run(context, { ...span, dry_run: true })).toMatchObject({ repriced: 1 });
    expect((await context.store.audit.list({ limit: 5 })).data).toEqual([]);
  });

  test('what had no price gets one, and is no longer counted as unpriced', async () => {
    const { cost: _, ...unpriced } = fakeEntry({ usage });
    const known = new Set(['known']);
    const context = await house([], ({ model }) => (known.has(model) ? price : undefined));
    await context.store.ledger.append({ ...unpriced, requestId: 'req_a', model: 'known' });
    await context.store.ledger.append({ ...unpriced, requestId: 'req_b', model: 'strange' });
    expect(await run(context, span)).toMatchObject({ priced: 1, unpriced: 1, repriced: 0, delta_usd: '0.00002' });
    const [sum] = await context.store.ledger.usage({ from: 0, to: noon * 2, groupBy: [] });
    expect([sum?.unpriced, sum?.cost]).toEqual([1, right]);
    known.add('strange');
    expect(await run(context, span)).toMatchObject({ priced: 1, unpriced: 0 });
  });

  test('a price that nobody knows any more changes nothing, nor does what was free or not measured', async () => {
    const timed: Price = { ...price, perUnit: { computeSeconds: 1n } };
    const prices = new Map([
      ['timed', timed],
      ['known', price],
    ]);
    const context = await house(
      [
        { cost: 1n, model: 'gone' },
        { cost: 0n, model: 'known', flags: ['free-allowance'] },
        { cost: 1n, model: 'timed' },
        { cost: 0n, model: 'known', basis: 'none', usage: { tokens: {} } },
        { cost: 5n, held: 5n, model: 'known', basis: 'estimated' },
        { cost: 5n, held: 9n, model: 'known', settlement: 'expired' },
        { cost: 5n, held: 5n, model: 'known', settlement: 'overrun', flags: ['overrun', 'usage-invalid'] },
        { cost: 5n, held: 5n, overrun: right - 5n, model: 'known', settlement: 'overrun', flags: ['overrun'] },
      ],
      ({ model }) => prices.get(model),
    );
    expect(await run(context, span)).toMatchObject({ entries: 7, repriced: 0, kept: 5, unpriced: 0 });
  });

  test('the price is that of the time of the call, and only what is asked for is looked at', async () => {
    const asked: unknown[] = [];
    const context = await house(
      [{ cost: right }, { cost: 1n, model: 'other' }, { cost: 1n, provider: 'elsewhere' }],
      (call) => {
        asked.push([call.provider, call.model, call.operation, call.at]);
        return price;
      },
    );
    expect(await run(context, { ...span, provider: 'openai', model: 'other' })).toMatchObject({
      entries: 1,
      repriced: 1,
    });
    expect(await run(context, { ...span, to: new Date(noon + 1).toISOString() })).toMatchObject({ entries: 1 });
    expect(asked).toEqual([
      ['openai', 'other', 'chat', noon + 1],
      ['openai', 'gpt-5-mini', 'chat', noon],
    ]);
  });

  test('part by part it comes to the same', async () => {
    const context = await house(Array.from({ length: 7 }, (_, n) => ({ cost: BigInt(n), startedAt: noon + (n % 2) })));
    let after: unknown;
    let seen = 0;
    do {
      const part = await run(context, { ...span, limit: 2, ...(typeof after === 'string' ? { after } : {}) });
      seen += Number(part['entries']);
      after = part['next'];
    } while (after !== null);
    expect(seen).toBe(7);
    expect(await run(context, span)).toMatchObject({ entries: 7, repriced: 0 });
  });

  test.each([
    [{}, 'from'],
    [{ ...span, to: span.from }, 'from'],
    [{ ...span, after: 'x' }, 'after'],
    [{ ...span, limit: 0 }, 'limit'],
    [{ ...span, dry: true }, 'dry'],
  ])('%j is refused', async (input, param) => {
    await expect(run(await house([]), input)).rejects.toMatchObject({ kind: 'request-invalid', details: { param } });
  });
});

async function run(context: Context, input: object): Promise<Record<string, unknown>> {
  const procedure = procedures.find(({ name }) => name === 'ledger.reprice');
  if (procedure === undefined) throw new Error('no procedure');
  return await perform(procedure, context, input);
}
