import { describe, expect, test } from 'bun:test';
import { fakeContext, fakeEntry, noon } from '../../test/fakes/surroundings.ts';
import { type Budget, wouldRefuse } from '../core/limit.ts';
import { balanceIn } from './balances.ts';
import type { Context } from './context.ts';
import { events } from './events.ts';
import { ledger } from './ledger.ts';
import { limits } from './limits.ts';
import { keyFrom } from './new-key.ts';
import { perform } from './perform.ts';

const budget: Budget = {
  ...{ id: 'budget_1', limit: 1_000n, period: 'day', window: 'calendar', timezone: 'UTC', mode: 'observe' },
  ...{ match: {}, createdAt: noon },
};

async function withKey(): Promise<{ readonly context: Context; readonly keyId: string }> {
  const context = await fakeContext();
  const project = { id: 'proj_default', organisationId: 'org_1' };
  const key = keyFrom(context, { secret: 'tr-1', name: 'web', role: 'client', project });
  await context.store.keys.create({ ...key, budgets: [budget] });
  return { context, keyId: key.id };
}

describe('what limits would have refused', () => {
  test('is told by limit, with whose it is and whose calls they were', async () => {
    const { context, keyId } = await withKey();
    const flags = [wouldRefuse('budget_1')];
    await context.store.ledger.append(fakeEntry({ requestId: 'req_1', keyId, flags }));
    await context.store.ledger.append(fakeEntry({ requestId: 'req_2', keyId, flags, startedAt: noon - 1_000 }));
    await context.store.ledger.append(fakeEntry({ requestId: 'req_3', keyId, flags: [wouldRefuse('budget_gone')] }));
    expect(await perform(limits[0], context, {})).toMatchObject({
      data: [
        {
          ...{ limit_id: 'budget_1', limit: 'budget', owner_kind: 'key', owner_id: keyId, calls: 2 },
          first_at: '2026-11-21T11:59:59.000Z',
          last_at: '2026-11-21T12:00:00.000Z',
          keys: [{ key_id: keyId, key_name: 'web', calls: 2 }],
        },
        { limit_id: 'budget_gone', limit: null, owner_kind: null, owner_id: null, calls: 1 },
      ],
      has_more: false,
    });
    const late = await perform(limits[0], context, { from: '2026-11-21T13:00:00Z', to: '2026-11-21T14:00:00Z' });
    expect(late).toMatchObject({ data: [] });
  });

  test('is nobody else’s to see', async () => {
    const { context, keyId } = await withKey();
    await context.store.ledger.append(fakeEntry({ keyId, flags: [wouldRefuse('budget_1')] }));
    const foreign = { ...context, principal: { ...context.principal, organisationId: 'org_2' } };
    expect(await perform(limits[0], foreign, {})).toMatchObject({ data: [] });
  });
});

describe('events', () => {
  test('are listed newest first, by kind, to those whose they are', async () => {
    const { context } = await withKey();
    const common = { at: noon, kind: 'budget.threshold', organisationId: 'org_1' } as const;
    await context.store.events.append([
      { ...common, once: 'a', subject: 'key_1', body: { percent: 50 } },
      { ...common, once: 'b', subject: 'key_2', kind: 'spend.anomaly', body: {} },
      { ...common, once: 'c', subject: 'key_9', organisationId: 'org_2', body: {} },
    ]);
    expect(await perform(events[0], context, { kind: 'budget.threshold', subject: 'key_1' })).toEqual({
      data: [
        {
          ...{ id: 'event_1', created_at: '2026-11-21T12:00:00.000Z', kind: 'budget.threshold', subject: 'key_1' },
          ...{ organisation_id: 'org_1', body: { percent: 50 } },
        },
      ],
      has_more: false,
      next: null,
    });
    const foreign = { ...context, principal: { ...context.principal, organisationId: 'org_2' } };
    expect(await perform(events[0], foreign, {})).toMatchObject({ data: [{ subject: 'key_9' }], has_more: false });
  });
});

describe('the ledger', () => {
  test('is added up again, and is found to be right', async () => {
    const { context, keyId } = await withKey();
    await context.store.ledger.append(fakeEntry({ keyId }));
    expect(await perform(ledger[0], context, {})).toEqual({ ok: true, entries: 1, open_holds: 0, differences: [] });
  });

  test('that differs is told with what is kept and what was counted', async () => {
    const { context } = await withKey();
    const differences = [{ budgetId: 'budget_1', from: noon, kept: 1n, computed: 2_000_000_000n }];
    const holds = { ...context.store.holds, verify: async () => ({ entries: 3, openHolds: 1, differences }) };
    expect(await perform(ledger[0], { ...context, store: { ...context.store, holds } }, {})).toEqual({
      ...{ ok: false, entries: 3, open_holds: 1 },
      differences: [
        {
          ...{ budget_id: 'budget_1', value: null, from: '2026-11-21T12:00:00.000Z' },
          ...{ kept_usd: '0.000000001', computed_usd: '2' },
        },
      ],
    });
  });

  test('is for those to check who reach all of the house', async () => {
    const { context } = await withKey();
    const foreign = { ...context, principal: { ...context.principal, organisationId: 'org_2' } };
    await expect(perform(ledger[0], foreign, {})).rejects.toMatchObject({ kind: 'permission-denied' });
  });
});

test('a budget with a balance for each stands as its largest, and names those who spent most', () => {
  const each: Budget = { ...budget, match: { endUser: '*' } };
  expect(balanceIn([], each)).toEqual({ spent: 0n, reserved: 0n });
  expect(balanceIn([], budget)).toBeUndefined();
  const standings = ['a', 'b', 'c'].map((value, index) => ({
    ...{ budget: each, value, spent: BigInt((index + 1) % 3), reserved: 1n, windowEnd: 9 },
  }));
  expect(balanceIn(standings, each)).toEqual({
    ...{ spent: 2n, reserved: 1n, windowEnd: 9 },
    values: [
      { value: 'b', spent: 2n, reserved: 1n },
      { value: 'a', spent: 1n, reserved: 1n },
      { value: 'c', spent: 0n, reserved: 1n },
    ],
  });
});
