import { expect, test } from 'bun:test';
import { fakeStore } from '../../test/fakes/store.ts';
import { fakeEntry, noon } from '../../test/fakes/surroundings.ts';
import type { Price } from '../core/money.ts';
import type { Entry } from '../store/store.ts';
import { type Allowances, openAllowances } from './allowances.ts';

const day = 86_400_000;
const price: Price = { from: 0, perToken: { input: 1n, output: 1n }, source: 'test' };
const entry = (changes: Partial<Entry> = {}): Entry =>
  fakeEntry({ cost: 5n, usage: { tokens: { input: 10 } }, ...changes });

function costs(allowances: Allowances, free: Price['free'], entries: readonly Entry[]): readonly unknown[] {
  const given = { ...price, ...(free === undefined ? {} : { free }) };
  return entries.map((one) => allowances.taken(one, given).cost);
}

test('the first calls of a UTC day are free, of each provider its own', () => {
  const calls = [entry(), entry(), entry({ provider: 'other' }), entry(), entry({ endedAt: noon + day / 2 }), entry()];
  expect(costs(openAllowances(), { requestsPerDay: 2 }, calls)).toEqual([0n, 0n, 0n, 5n, 0n, 0n]);
});

test('a call that does not fit into what is left is charged whole, and takes nothing of it', () => {
  const calls = [8, 5, 2, 1].map((input) => entry({ usage: { tokens: { input } } }));
  expect(costs(openAllowances(), { tokensPerDay: 10 }, calls)).toEqual([0n, 5n, 0n, 5n]);
  expect(costs(openAllowances(), { tokensPerDay: 100, requestsPerDay: 1 }, calls)).toEqual([0n, 5n, 5n, 5n]);
});

test('what was free says so; what costs nothing, or has no price, takes nothing', () => {
  const allowances = openAllowances();
  const { cost: _, ...unpriced } = entry();
  for (const one of [entry({ cost: 0n }), unpriced])
    expect(allowances.taken(one, { ...price, free: { requestsPerDay: 1 } })).toBe(one);
  expect(allowances.taken(entry(), undefined)).toEqual(entry());
  expect(allowances.taken(entry({ overrun: 3n }), { ...price, free: { requestsPerDay: 1 } })).toEqual(
    entry({ cost: 0n, flags: ['free-allowance'] }),
  );
});

test('after a restart the day goes on where it was', async () => {
  const store = fakeStore();
  const free = { requestsPerDay: 3 };
  const before = openAllowances();
  for (const [n, one] of [entry({ endedAt: noon - day }), entry(), entry(), entry({ provider: 'other' })].entries())
    await store.ledger.append(before.taken({ ...one, requestId: `req_${n}` }, { ...price, free }));
  const after = openAllowances();
  await after.recall(store.ledger, ['openai'], noon + 1);
  expect(costs(after, free, [entry(), entry()])).toEqual([0n, 5n]);
});
