import type { Budget } from '../core/limit.ts';
import type { Bench, OpenNamed } from './contract.ts';
import { exampleKey, exampleOrganisation, exampleProject } from './contract-examples.ts';
import { exampleDraft as draft, exampleBudget, failed, place, standing, withBudgets } from './contract-money.ts';
import type { BudgetStanding, Entry, Hold, Room, Store } from './store.ts';

/** What every engine promises of budgets that are set, changed and taken away. */
export function budgetsContract(bench: Bench, open: OpenNamed): void {
  chainContract(bench, open);
  valuesContract(bench, open);
  changeContract(bench, open);
  truthContract(bench, open);
}

function chainContract({ test, expect }: Bench, open: OpenNamed): void {
  const project = { ...exampleBudget, id: 'budget_project', limit: 500n };
  const organisation = { ...exampleBudget, id: 'budget_organisation', limit: 800n };

  test('a call is held in all budgets of its chain or in none, and the tightest says how much', async () => {
    const store = await withBudgets(await open('hold-chain'), [exampleBudget]);
    await store.tenants.updateProject({ ...exampleProject, budgets: [project] });
    await store.tenants.updateOrganisation({ ...exampleOrganisation, budgets: [organisation] });
    const rooms: Room[] = [];
    const hold = place(store, draft, { amount: 450n, rooms });
    expect(failed(() => place(store, draft, { amount: 51n, rooms })).message).toContain('project "shop" (proj_1)');
    expect(rooms).toEqual([
      { free: 500n, contended: false },
      { free: 50n, contended: true },
    ]);
    await store.ledger.append({ ...draft, cost: 450n }, hold);
    const spent = (budget: Budget): BudgetStanding => ({ budget, spent: 450n, reserved: 0n });
    expect(standing(store)).toEqual([spent(exampleBudget)]);
    expect(store.holds.standings({ kind: 'project', id: 'proj_1' })).toEqual([spent(project)]);
    expect(store.holds.standings({ kind: 'organisation', id: 'org_1' })).toEqual([spent(organisation)]);
    expect((await store.holds.verify()).differences).toEqual([]);
    await store.close();
  });

  test('budgets that only observe or tell refuse nobody, and say in which a call would not have fitted', async () => {
    const observed: Budget = { ...exampleBudget, id: 'budget_2', limit: 100n, mode: 'observe' };
    const soft: Budget = { ...exampleBudget, id: 'budget_3', limit: 200n, mode: 'soft' };
    const store = await withBudgets(await open('hold-modes'), [exampleBudget, observed, soft]);
    const unfitted = (amount: bigint): readonly string[] =>
      place(store, draft, { amount }).unfitted.map(({ id }) => id);
    expect([unfitted(90n), unfitted(20n), unfitted(100n)]).toEqual([[], ['budget_2'], ['budget_2', 'budget_3']]);
    expect(standing(store).map(({ reserved }) => reserved)).toEqual([210n, 210n, 210n]);
    await store.close();
  });
}

function valuesContract({ test, expect }: Bench, open: OpenNamed): void {
  test('a budget for each end user, tag or model has a balance of its own for each', async () => {
    const user: Budget = { ...exampleBudget, id: 'budget_user', match: { endUser: '*' } };
    const tag: Budget = { ...exampleBudget, id: 'budget_tag', match: { tag: '*' } };
    const model: Budget = { ...exampleBudget, id: 'budget_model', match: { model: 'openai/gpt-5-mini' } };
    const both: Budget = { ...exampleBudget, id: 'budget_both', match: { endUser: '*', model: '*', tag: 'a' } };
    const budgets = [user, tag, model, both];
    const store = await withBudgets(await open('hold-values'), budgets);
    const spend = async (requestId: string, entry: Partial<Entry>, cost: bigint): Promise<void> => {
      const attempt = { ...draft, ...entry, requestId };
      await store.ledger.append({ ...attempt, cost }, place(store, attempt, { amount: cost + 1n }));
    };
    await spend('req_1', { endUser: "o'1", tags: ['a', 'b', 'a'] }, 10n);
    await spend('req_2', { endUser: 'two', tags: ['b'] }, 20n);
    await spend('req_3', { tags: [] }, 40n);
    await spend('req_4', { endUser: 'two', tags: ['a'], model: 'other' }, 80n);
    const spent = [
      ['budget_user', "o'1", 10n],
      ['budget_user', 'two', 100n],
      ['budget_tag', 'a', 90n],
      ['budget_tag', 'b', 30n],
      ['budget_model', undefined, 70n],
      ['budget_both', `["o'1","","openai/gpt-5-mini"]`, 10n],
      ['budget_both', '["two","","openai/other"]', 80n],
    ];
    const told = (): unknown => standing(store).map(({ budget, value, spent: sum }) => [budget.id, value, sum]);
    expect(told()).toEqual(spent);
    expect(await store.holds.verify()).toEqual({ entries: 4, openHolds: 0, differences: [] });
    // Taken away and given again, they are counted from the entries alone.
    await store.keys.update(exampleKey);
    expect(told()).toEqual([]);
    await store.keys.update({ ...exampleKey, budgets });
    expect(new Set(told() as unknown[])).toEqual(new Set(spent));
    expect((await store.holds.verify()).differences).toEqual([]);
    await store.close();
  });
}

function changeContract({ test, expect }: Bench, open: OpenNamed): void {
  const given = (store: Store, ...budgets: readonly Budget[]): Promise<void> =>
    store.keys.update({ ...exampleKey, budgets });

  test('a limit that is raised or lowered is in force at once, also below what is held', async () => {
    const store = await withBudgets(await open('hold-limit'), [exampleBudget]);
    const hold = place(store, draft, { amount: 900n });
    await given(store, { ...exampleBudget, limit: 500n });
    const rooms: Room[] = [];
    expect(failed(() => place(store, draft, { amount: 1n, rooms })).kind).toBe('budget-exhausted');
    await store.ledger.append({ ...draft, cost: 200n }, hold);
    place(store, draft, { amount: 300n, rooms });
    await given(store, { ...exampleBudget, limit: 5_000n });
    place(store, draft, { amount: 4_500n, rooms });
    expect(rooms.map(({ free }) => free)).toEqual([0n, 300n, 4_500n]);
    await store.close();
  });

  test('a new budget counts what was spent before it, and what is held', async () => {
    const store = await withBudgets(await open('hold-adopt'), []);
    const spend = (requestId: string, hold?: Hold): Promise<void> =>
      store.ledger.append({ ...draft, requestId, cost: 100n }, hold);
    await spend('req_1', place(store, draft, { amount: 200n }));
    await spend('req_2');
    const held = place(store, { ...draft, requestId: 'req_3' }, { amount: 300n });
    const meanwhile = place(store, { ...draft, requestId: 'req_4' }, { amount: 50n });
    const change = given(store, exampleBudget);
    const appended = spend('req_4', meanwhile);
    await Promise.all([change, appended]);
    expect(standing(store)).toEqual([{ budget: exampleBudget, spent: 300n, reserved: 300n }]);
    expect(failed(() => place(store, draft, { amount: 401n })).kind).toBe('budget-exhausted');
    await spend('req_3', held);
    expect(await store.holds.verify()).toEqual({ entries: 4, openHolds: 0, differences: [] });
    await store.close();
    const again = await open('hold-adopt');
    expect(standing(again)).toEqual([{ budget: exampleBudget, spent: 400n, reserved: 0n }]);
    await again.close();
  });

  test('a budget that counts otherwise than before is counted anew; one that is gone counts nothing', async () => {
    const store = await withBudgets(await open('hold-shape'), [exampleBudget]);
    const hold = place(store, { ...draft, tags: ['a'] }, { amount: 30n });
    await store.ledger.append({ ...draft, cost: 100n, tags: ['a'] });
    await store.ledger.append({ ...draft, requestId: 'req_2', cost: 20n });
    const tagged: Budget = { ...exampleBudget, match: { tag: 'a' } };
    await given(store, tagged);
    expect(standing(store)).toEqual([{ budget: tagged, spent: 100n, reserved: 30n }]);
    await given(store);
    expect(standing(store)).toEqual([]);
    await store.ledger.append({ ...draft, requestId: 'req_3', cost: 5n, tags: ['a'] }, hold);
    await given(store, exampleBudget);
    expect(standing(store)).toEqual([{ budget: exampleBudget, spent: 125n, reserved: 0n }]);
    expect(await store.holds.verify()).toEqual({ entries: 3, openHolds: 0, differences: [] });
    await store.close();
  });
}

function truthContract({ test, expect }: Bench, open: OpenNamed): void {
  test('what corrected prices change of what was spent changes the balance', async () => {
    const store = await withBudgets(await open('hold-adjusted'), [exampleBudget]);
    await store.ledger.append({ ...draft, cost: 100n });
    const correction = { entry: 1, number: 1, requestId: 'req_1', attempt: 1, reason: 're-priced' as const };
    await store.ledger.adjust([{ ...correction, delta: -40n, source: 'management', at: 5, batch: 'b' }]);
    expect(await store.holds.verify()).toEqual({ entries: 1, openHolds: 0, differences: [] });
    expect(standing(store)).toEqual([{ budget: exampleBudget, spent: 60n, reserved: 0n }]);
    await store.close();
    const again = await open('hold-adjusted');
    expect(standing(again)).toEqual([{ budget: exampleBudget, spent: 60n, reserved: 0n }]);
    await again.ledger.adjust([{ ...correction, number: 2, delta: -10n, source: 'management', at: 6, batch: 'c' }]);
    await again.close();
    const last = await open('hold-adjusted');
    expect(standing(last)).toEqual([{ budget: exampleBudget, spent: 50n, reserved: 0n }]);
    await last.close();
  });

  test('an attempt of a key that was revoked meanwhile is paid for where it was held', async () => {
    const store = await withBudgets(await open('hold-revoked'), [exampleBudget]);
    const hold = place(store, draft, { amount: 300n });
    await store.keys.revoke('key_1', 5_000);
    await store.ledger.append({ ...draft, cost: 200n }, hold);
    expect(standing(store)).toEqual([{ budget: exampleBudget, spent: 200n, reserved: 0n }]);
    await store.close();
  });
}
