import type { Bench, OpenNamed } from './contract.ts';
import { budgetsContract } from './contract-budgets.ts';
import { bareEntry } from './contract-examples.ts';
import { exampleDraft as draft, exampleBudget, failed, place, standing, withBudgets } from './contract-money.ts';
import type { Entry, Room } from './store.ts';

/** What every engine promises of money that is held. */
export function holdsContract(bench: Bench, open: OpenNamed): void {
  placingContract(bench, open);
  endingContract(bench, open);
  orphanContract(bench, open);
  releasedContract(bench, open);
  budgetsContract(bench, open);
}

function placingContract({ test, expect }: Bench, open: OpenNamed): void {
  test('a hold takes from what is free at once, and is told how much that is', async () => {
    const store = await withBudgets(await open('hold-place'), [exampleBudget]);
    const rooms: Room[] = [];
    const first = place(store, draft, { amount: 300n, rooms });
    const second = place(store, { ...draft, requestId: 'req_2' }, { amount: 700n, rooms });
    expect(rooms).toEqual([
      { free: 1_000n, contended: false },
      { free: 700n, contended: true },
    ]);
    expect([first.amount, second.amount, first.unfitted]).toEqual([300n, 700n, []]);
    await Promise.all([first.durable, second.durable]);
    expect(standing(store)).toEqual([{ budget: exampleBudget, spent: 0n, reserved: 1_000n }]);
    await store.close();
  });

  test('where nothing fits nothing is held, and the refusal names whose budget it is, its size and what is left', async () => {
    const store = await withBudgets(await open('hold-refused'), [exampleBudget]);
    place(store, draft, { amount: 999n });
    const refusal = failed(() => place(store, { ...draft, requestId: 'req_2' }, { amount: 2n }));
    expect(refusal.kind).toBe('budget-exhausted');
    expect(refusal.message).toContain('The budget of key "web" (key_1), $0.000001 in all,');
    expect(refusal.message).toContain('$0 is spent and $0.000000999 is held');
    expect(standing(store)).toEqual([{ budget: exampleBudget, spent: 0n, reserved: 999n }]);
    await store.close();
  });

  test('who asks for more than is free is refused, whatever it says', async () => {
    const store = await withBudgets(await open('hold-greedy'), [exampleBudget]);
    for (const amount of [1_001n, -1n]) {
      const refusal = failed(() => store.holds.place({ entry: draft, fit: () => amount }));
      expect(refusal.kind).toBe('budget-exhausted');
    }
    expect(standing(store)).toEqual([{ budget: exampleBudget, spent: 0n, reserved: 0n }]);
    await store.close();
  });

  test('two hundred attempts at once get no more than there is, together', async () => {
    const store = await withBudgets(await open('hold-many'), [exampleBudget]);
    const ids = Array.from({ length: 200 }, (_, n) => `req_${n}`);
    const holds = await Promise.all(
      ids.map(async (requestId) => {
        await Promise.resolve();
        try {
          const hold = place(store, { ...draft, requestId }, { amount: 7n });
          await hold.durable;
          return hold.amount;
        } catch {
          return 0n;
        }
      }),
    );
    expect(holds.reduce((sum, each) => sum + each, 0n)).toBe(994n);
    expect(standing(store)).toEqual([{ budget: exampleBudget, spent: 0n, reserved: 994n }]);
    await store.close();
  });

  test('no budget says no more than that nothing limits the hold', async () => {
    const store = await withBudgets(await open('hold-free'), []);
    const rooms: Room[] = [];
    const hold = place(store, draft, { amount: 5n, rooms });
    await hold.durable;
    expect(rooms).toEqual([{ free: undefined, contended: false }]);
    await store.ledger.append({ ...draft, cost: 3n }, hold);
    const entries = (await store.ledger.request('req_1'))?.entries;
    expect(entries).toEqual([{ ...draft, cost: 3n, heldAt: hold.placedAt, held: 5n, settlement: 'settled' }]);
    await store.close();
  });
}

function endingContract({ test, expect }: Bench, open: OpenNamed): void {
  test('the entry of an attempt ends its hold in the same step: what it costs is spent, the rest is free', async () => {
    const store = await withBudgets(await open('hold-settle'), [exampleBudget]);
    const hold = place(store, draft, { amount: 400n });
    const appended = store.ledger.append({ ...draft, cost: 150n }, hold);
    const after = [{ budget: exampleBudget, spent: 150n, reserved: 0n }];
    expect(standing(store)).toEqual(after);
    await appended;
    expect(await store.holds.verify()).toEqual({ entries: 1, openHolds: 0, differences: [] });
    await store.close();
    const again = await open('hold-settle');
    expect(standing(again)).toEqual(after);
    expect(await again.holds.verify()).toEqual({ entries: 1, openHolds: 0, differences: [] });
    await again.close();
  });

  test('what a provider took beyond what was held is spent too, and is told apart', async () => {
    const store = await withBudgets(await open('hold-overrun'), [exampleBudget]);
    const hold = place(store, draft, { amount: 600n });
    const entry: Entry = { ...draft, cost: 600n, overrun: 500n, settlement: 'overrun', flags: ['overrun'] };
    await store.ledger.append(entry, hold);
    expect(standing(store)).toEqual([{ budget: exampleBudget, spent: 1_100n, reserved: 0n }]);
    const told = { ...entry, heldAt: hold.placedAt, held: 600n };
    expect((await store.ledger.request('req_1'))?.entries).toEqual([told]);
    const rooms: Room[] = [];
    expect(failed(() => place(store, { ...draft, requestId: 'req_2' }, { amount: 1n, rooms })).kind).toBe(
      'budget-exhausted',
    );
    expect(rooms).toEqual([{ free: 0n, contended: false }]);
    expect((await store.holds.verify()).differences).toEqual([]);
    await store.close();
  });

  test('a hold that is released is free again, once; what has ended is changed by nobody', async () => {
    const store = await withBudgets(await open('hold-release'), [exampleBudget]);
    const [first, second] = [place(store, draft, { amount: 400n }), place(store, draft, { amount: 100n })];
    for (const _ of [1, 2]) store.holds.release(first);
    store.holds.checkpoint(first, 50n);
    store.holds.lower(first, 10n);
    expect(standing(store)).toEqual([{ budget: exampleBudget, spent: 0n, reserved: 100n }]);
    store.holds.lower(second, 30n);
    store.holds.lower(second, 80n);
    expect(standing(store)).toEqual([{ budget: exampleBudget, spent: 0n, reserved: 30n }]);
    await store.ledger.append({ ...draft, cost: 30n }, second);
    expect(standing(store)).toEqual([{ budget: exampleBudget, spent: 30n, reserved: 0n }]);
    await store.close();
    const again = await open('hold-release');
    expect(standing(again)).toEqual([{ budget: exampleBudget, spent: 30n, reserved: 0n }]);
    expect(await again.holds.verify()).toEqual({ entries: 1, openHolds: 0, differences: [] });
    await again.close();
  });

  test('what is spent without a hold counts all the same, and what costs nothing does not', async () => {
    const store = await withBudgets(await open('hold-none'), [exampleBudget]);
    await store.ledger.append({ ...draft, cost: 77n });
    await store.ledger.append({ ...bareEntry, requestId: 'req_2' });
    const { cost: _, ...unpriced } = { ...draft, requestId: 'req_3' };
    await store.ledger.append(unpriced);
    expect(standing(store)).toEqual([{ budget: exampleBudget, spent: 77n, reserved: 0n }]);
    expect(await store.holds.verify()).toEqual({ entries: 3, openHolds: 0, differences: [] });
    await store.close();
  });
}

function orphanContract({ test, expect }: Bench, open: OpenNamed): void {
  test('what was under way when Trestle ended is charged by its last checkpoint, never above its hold, and closed', async () => {
    const before = await withBudgets(await open('hold-orphans'), [exampleBudget]);
    const attempt = (requestId: string): Entry => ({ ...draft, requestId, cost: 10n, tags: ['a'], endUser: 'u' });
    const [silent, told, above, begun] = ['req_1', 'req_2', 'req_3', 'req_4'].map((requestId) =>
      place(before, attempt(requestId), { amount: 100n }),
    );
    if (told === undefined || above === undefined || begun === undefined) throw new Error('nothing was placed');
    before.holds.checkpoint(told, 20n);
    before.holds.checkpoint(told, 60n);
    before.holds.checkpoint(above, 500n);
    await before.ledger.append({ ...attempt('req_4'), closing: false, cost: 33n }, begun);
    place(before, { ...attempt('req_4'), attempt: 2 }, { amount: 100n });
    await silent?.durable;
    await before.close();

    const store = await open('hold-orphans');
    expect(standing(store)).toEqual([{ budget: exampleBudget, spent: 10n + 60n + 100n + 33n + 10n, reserved: 0n }]);
    expect(await store.holds.verify()).toEqual({ entries: 5, openHolds: 0, differences: [] });
    const stories = await Promise.all(['req_1', 'req_2', 'req_3', 'req_4'].map((id) => store.ledger.request(id)));
    const costs = stories.map((story) => story?.entries.map(({ cost, settlement }) => [cost, settlement]));
    expect(costs).toEqual([
      [[10n, 'expired']],
      [[60n, 'expired']],
      [[100n, 'expired']],
      [
        [33n, 'settled'],
        [10n, 'expired'],
      ],
    ]);
    expect(stories[0]?.record).toMatchObject({
      ...{ outcome: 'failed', failure: 'gateway-stopped', status: 503, flags: ['orphaned'], held: 100n },
      ...{ provider: 'openai', model: 'gpt-5-mini', tags: ['a'], endUser: 'u', requestedModel: 'fast' },
    });
    await store.close();
    const again = await open('hold-orphans');
    expect(await again.holds.verify()).toEqual({ entries: 5, openHolds: 0, differences: [] });
    await again.close();
  });
}

function releasedContract({ test, expect }: Bench, open: OpenNamed): void {
  test('what came to nothing before Trestle ended is not charged, though it was placed together with what is', async () => {
    const before = await withBudgets(await open('hold-freed'), [exampleBudget]);
    const attempt = (requestId: string): Entry => ({ ...draft, requestId, cost: 10n });
    const [freed, settled] = ['req_1', 'req_2', 'req_3'].map((requestId) =>
      place(before, attempt(requestId), { amount: 100n }),
    );
    const alone = place(before, attempt('req_4'), { amount: 100n });
    if (freed === undefined || settled === undefined) throw new Error('nothing was placed');
    await alone.durable;
    const [last, kept, brief] = ['req_5', 'req_6', 'req_7'].map((requestId) =>
      place(before, attempt(requestId), { amount: 100n }),
    );
    if (last === undefined || brief === undefined) throw new Error('nothing was placed');
    before.holds.release(brief);
    await kept?.durable;
    await last.durable;
    before.holds.release(place(before, attempt('req_8'), { amount: 100n }));
    for (const hold of [freed, alone, last]) before.holds.release(hold);
    await before.ledger.append({ ...attempt('req_2'), cost: 70n }, settled);
    await before.close();
    const store = await open('hold-freed');
    expect(standing(store)).toEqual([{ budget: exampleBudget, spent: 90n, reserved: 0n }]);
    const { data } = await store.ledger.requests({ limit: 10 });
    expect(data.map(({ requestId, settlement }) => [requestId, settlement])).toEqual([
      ['req_6', 'expired'],
      ['req_3', 'expired'],
      ['req_2', 'settled'],
    ]);
    await store.close();
  });
}
