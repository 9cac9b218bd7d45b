import type { Budget, RateRule } from '../core/limit.ts';
import type { Bench, OpenNamed } from './contract.ts';
import {
  bareEntry,
  exampleKey,
  exampleOrganisation,
  exampleProject,
  fullEntry,
  withTenants,
} from './contract-examples.ts';
import type { Entry, PastQuery } from './store.ts';

const budget: Budget = {
  id: 'budget_1',
  limit: 9_007_199_254_740_993n,
  period: 'day',
  window: 'calendar',
  timezone: 'Europe/Berlin',
  mode: 'soft',
  match: { endUser: '*', tag: "it's" },
  createdAt: 5_000,
};
const rule: RateRule = {
  id: 'rate_1',
  limits: { requests_per_minute: 60, parallel_requests: 8 },
  mode: 'hard',
  match: { model: 'openai/gpt-5-mini' },
};
const caller = { keyId: 'key_1', projectId: 'proj_1', organisationId: 'org_1' };

/** What every engine promises of limits. */
export function limitsContract(bench: Bench, open: OpenNamed): void {
  ownedContract(bench, open);
  pastContract(bench, open);
}

function ownedContract({ test, expect }: Bench, open: OpenNamed): void {
  test('limits are there again after a restart, exact, the key’s first; who has none is left out', async () => {
    const before = await withTenants(await open('limits'));
    await before.keys.create({ ...exampleKey, budgets: [budget], rates: [rule] });
    await before.tenants.updateOrganisation({ ...exampleOrganisation, rates: [{ ...rule, id: 'rate_2' }] });
    await before.tenants.createProject({ ...exampleProject, id: 'proj_2', budgets: [budget] });
    await before.close();
    const store = await open('limits');
    expect(await store.keys.get('key_1')).toEqual({ ...exampleKey, budgets: [budget], rates: [rule] });
    expect(store.limits.of(caller)).toEqual([
      { owner: { kind: 'key', id: 'key_1' }, name: 'web', budgets: [budget], rates: [rule] },
      { owner: { kind: 'organisation', id: 'org_1' }, name: 'Acme', budgets: [], rates: [{ ...rule, id: 'rate_2' }] },
    ]);
    expect(store.limits.of({ ...caller, keyId: 'key_none', projectId: 'proj_2', organisationId: 'none' })).toEqual([
      { owner: { kind: 'project', id: 'proj_2' }, name: 'shop', budgets: [budget], rates: [] },
    ]);
    await store.close();
  });

  test('the same list is told until somebody is changed, then another one', async () => {
    const store = await withTenants(await open('limits-changed'));
    await store.keys.create(exampleKey);
    expect(store.limits.of(caller)).toEqual([]);
    expect(store.limits.of(caller)).toBe(store.limits.of(caller));
    const told = async (change: Promise<unknown>): Promise<readonly string[]> => {
      await change;
      expect(store.limits.of(caller)).toBe(store.limits.of(caller));
      return store.limits.of(caller).map(({ owner }) => owner.kind);
    };
    expect(await told(store.keys.update({ ...exampleKey, rates: [rule] }))).toEqual(['key']);
    expect(await told(store.tenants.updateProject({ ...exampleProject, rates: [rule] }))).toEqual(['key', 'project']);
    expect(await told(store.tenants.updateOrganisation({ ...exampleOrganisation, budgets: [budget] }))).toEqual([
      'key',
      'project',
      'organisation',
    ]);
    expect(await told(store.keys.update(exampleKey))).toEqual(['project', 'organisation']);
    await store.close();
  });
}

function pastContract({ test, expect }: Bench, open: OpenNamed): void {
  test('what was admitted under a rule is told of calls that were sent to somebody, no earlier than they were', async () => {
    const store = await open('past');
    const { failure: _, ...whole } = fullEntry;
    const call = (requestId: string, changes: Partial<Entry>): Entry => ({
      ...whole,
      requestId,
      usage: { tokens: { input: 10, cachedInput: 1, output: 5 } },
      ...changes,
    });
    const entries: readonly Entry[] = [
      call('old', { startedAt: 9_000 }),
      call('first', { startedAt: 100_000, endUser: 'ann', tags: ['a', 'b'] }),
      { ...bareEntry, requestId: 'refused', startedAt: 100_000 },
      call('second', { startedAt: 101_000, closing: false, model: 'other', endUser: 'bob', tags: ['b'] }),
      call('second', { startedAt: 100_500, attempt: 2, endUser: 'bob', tags: ['b'] }),
      call('foreign', { startedAt: 100_000, keyId: 'key_2', projectId: 'proj_1' }),
    ];
    for (const entry of entries) await store.ledger.append(entry);
    const question: PastQuery = {
      owner: { kind: 'key', id: 'key_1' },
      match: {},
      since: 50_000,
      slotMs: 1,
      limit: 100,
    };
    const past = async (changes: Partial<PastQuery>): Promise<readonly (readonly unknown[])[]> =>
      (await store.limits.past({ ...question, ...changes })).map((use) => [
        use.at,
        use.values.join(),
        use.requests,
        use.tokens,
      ]);
    // Their heads came 312.25 ms after they arrived; an attempt began no earlier than it was admitted.
    expect(await past({})).toEqual([
      [100_313, '', 1, 16],
      [100_813, '', 1, 16],
      [101_001, '', 0, 16],
    ]);
    expect(await past({ slotMs: 1_000_000 })).toEqual([[101_001, '', 2, 48]]);
    expect(await past({ limit: 1 })).toEqual([[101_001, '', 0, 16]]);
    expect(await past({ since: 101_001 })).toEqual([[101_001, '', 0, 16]]);
    expect(await past({ slotMs: 1_000_000, owner: { kind: 'project', id: 'proj_1' } })).toEqual([[101_001, '', 3, 64]]);
    expect(await past({ slotMs: 1_000_000, owner: { kind: 'organisation', id: 'org_2' } })).toEqual([]);
    expect(await past({ slotMs: 1_000_000, match: { endUser: '*' } })).toEqual([
      [100_313, 'ann', 1, 16],
      [101_001, 'bob', 1, 32],
    ]);
    expect(await past({ slotMs: 1_000_000, match: { endUser: "ann' or '1'='1" } })).toEqual([]);
    expect((await past({ slotMs: 1_000_000, match: { tag: '*', endUser: 'bob' } })).toSorted()).toEqual([
      [101_001, 'b', 1, 32],
    ]);
    expect(await past({ slotMs: 1_000_000, match: { tag: 'a' } })).toEqual([[100_313, '', 1, 16]]);
    expect(await past({ slotMs: 1_000_000, match: { model: 'openai/other' } })).toEqual([[101_001, '', 1, 16]]);
    expect(await past({ slotMs: 1_000_000, match: { model: '*', tag: 'b' } })).toEqual([
      [100_813, 'openai/gpt-5-mini', 2, 32],
      [101_001, 'openai/other', 1, 16],
    ]);
    await store.close();
  });
}
