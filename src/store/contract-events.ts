import type { Event } from '../core/event.ts';
import type { Budget } from '../core/limit.ts';
import { wouldRefuse } from '../core/limit.ts';
import type { Bench, OpenNamed } from './contract.ts';
import { bareEntry, exampleKey, hardStrings, withTenants } from './contract-examples.ts';
import { exampleBudget } from './contract-money.ts';
import type { Entry, Store } from './store.ts';

/** Something that happened, with what a test wants to be different. */
const happened = (once: string, changes: Partial<Event> = {}): Event => ({
  once,
  at: 1_000,
  kind: 'budget.threshold',
  subject: 'key_1',
  organisationId: 'org_1',
  body: { percent: 50, limit_usd: '5', more: [{ odd: "O'Hara 😀" }] },
  ...changes,
});

/** What every engine promises of what happened, and of what would have been refused. */
export function eventsContract(bench: Bench, open: OpenNamed): void {
  outboxContract(bench, open);
  thresholdContract(bench, open);
  observedContract(bench, open);
}

function outboxContract({ test, expect }: Bench, open: OpenNamed): void {
  test('an event is told once, however often it is noticed, and is there after a restart', async () => {
    const before = await open('events');
    await before.events.append([]);
    await before.events.append([happened('a'), happened('b', { at: 2_000 })]);
    await before.events.append([happened('a', { at: 9_000 }), happened('c', { at: 3_000 })]);
    await before.close();
    const store = await open('events');
    await store.events.append([happened('b', { at: 9_000 })]);
    const { once: _, ...told } = happened('');
    const { data } = await store.events.list({ limit: 10 });
    expect(data.map(({ id: __, ...rest }) => rest)).toEqual([
      { ...told, at: 3_000 },
      { ...told, at: 2_000 },
      { ...told, at: 1_000 },
    ]);
    expect(new Set(data.map(({ id }) => id)).size).toBe(3);
    await store.close();
  });

  test('events are listed by page, newest first, and by what they are about', async () => {
    const store = await open('event-lists');
    const subjects = hardStrings.map((subject, n) => happened(`s${n}`, { subject, at: 100 + n }));
    await store.events.append(subjects);
    await store.events.append([
      happened('x', { kind: 'spend.anomaly', at: 500 }),
      happened('y', { organisationId: 'org_2', at: 600 }),
    ]);
    const all = await store.events.list({ limit: 1000 });
    const first = await store.events.list({ limit: 2 });
    const second = await store.events.list({ limit: 1000, after: first.next ?? '' });
    expect([...first.data, ...second.data]).toEqual([...all.data]);
    expect(all.data.length).toBe(subjects.length + 2);
    const subjectsOf = async (query: Parameters<typeof store.events.list>[0]) =>
      (await store.events.list(query)).data.map(({ at }) => at);
    expect(await subjectsOf({ limit: 9, kind: 'spend.anomaly' })).toEqual([500]);
    expect(await subjectsOf({ limit: 9, organisationId: 'org_2' })).toEqual([600]);
    expect(await subjectsOf({ limit: 9, subject: hardStrings[0] ?? '' })).toEqual([100]);
    expect(await subjectsOf({ limit: 9, from: 500, to: 600 })).toEqual([500]);
    await store.close();
  });

  test('old events go, the oldest first, but for those of a budget without end and the newest', async () => {
    const before = await open('event-removal');
    const endless = happened('endless', { at: 200, body: { period: 'total' } });
    const monthly = happened('monthly', { at: 300, body: { period: 'month' } });
    await before.events.append([happened('a', { at: 100 }), endless, monthly, happened('b', { at: 900 })]);
    await before.events.append([happened('c', { at: 400 }), happened('d', { at: 500 })]);
    const told = async (store: Store) => (await store.events.list({ limit: 9 })).data;
    const times = async (store: Store) => (await told(store)).map(({ at }) => at);
    const ids = (await told(before)).map(({ id }) => id);
    expect(await before.events.remove({ before: 900, most: 2 })).toBe(2);
    expect(await times(before)).toEqual([500, 400, 900, 200]);
    expect(await before.events.remove({ before: 900, most: 2 })).toBe(1);
    expect(await times(before)).toEqual([500, 900, 200]);
    expect(await before.events.remove({ before: 900, most: 2 })).toBe(0);
    expect(await before.events.remove({ before: 901, most: 2 })).toBe(1);
    await before.close();
    const store = await open('event-removal');
    await store.events.append([endless, monthly]);
    expect(await times(store)).toEqual([300, 500, 200]);
    expect(ids).not.toContain((await told(store))[0]?.id);
    await store.close();
  });
}

function observedContract({ test, expect }: Bench, open: OpenNamed): void {
  test('what limits would have refused is counted by limit and key, each call once', async () => {
    const store = await open('observed');
    const entry = (requestId: string, startedAt: number, ...limits: readonly string[]) => ({
      ...bareEntry,
      ...{ requestId, startedAt, attempt: 1, flags: ['usage-estimated', ...limits.map(wouldRefuse)] },
    });
    await store.ledger.append({ ...entry('req_1', 100, 'budget_1'), closing: false });
    await store.ledger.append({ ...entry('req_1', 100, 'budget_1', 'rate_1'), attempt: 2 });
    await store.ledger.append(entry('req_2', 300, 'budget_1'));
    await store.ledger.append({ ...entry('req_3', 200, 'budget_1'), keyId: 'key_2' });
    await store.ledger.append({ ...entry('req_4', 200, 'budget_1'), organisationId: 'org_2', keyId: 'key_3' });
    await store.ledger.append(entry('req_5', 200));
    await store.ledger.append(entry('req_6', 900, 'budget_1'));
    const own = [
      { limitId: 'budget_1', keyId: 'key_1', calls: 2, firstAt: 100, lastAt: 300 },
      { limitId: 'budget_1', keyId: 'key_2', calls: 1, firstAt: 200, lastAt: 200 },
    ];
    const foreign = { limitId: 'budget_1', keyId: 'key_3', calls: 1, firstAt: 200, lastAt: 200 };
    const rate = { limitId: 'rate_1', keyId: 'key_1', calls: 1, firstAt: 100, lastAt: 100 };
    expect(await store.ledger.observed({ from: 100, to: 900 })).toEqual([...own, foreign, rate]);
    expect(await store.ledger.observed({ from: 100, to: 900, organisationId: 'org_1' })).toEqual([...own, rate]);
    expect(await store.ledger.observed({ from: 301, to: 900 })).toEqual([]);
    await store.close();
  });
}

function thresholdContract({ test, expect }: Bench, open: OpenNamed): void {
  test('half, four fifths and all of a budget being spent is told once each, with the entry that spent it', async () => {
    const before = await withBudget(await open('thresholds'), exampleBudget);
    await spend(before, 'req_1', 499n);
    expect(await toldBy(before)).toEqual([]);
    await spend(before, 'req_2', 301n);
    expect(await toldBy(before)).toEqual(['budget.threshold 50 0.0000008', 'budget.threshold 80 0.0000008']);
    await before.close();
    const store = await open('thresholds');
    await spend(store, 'req_3', 200n);
    expect((await toldBy(store)).slice(2)).toEqual(['budget.threshold 100 0.000001']);
    await store.keys.update({ ...exampleKey, budgets: [{ ...exampleBudget, limit: 1_250n }] });
    await spend(store, 'req_4', 1n);
    expect((await toldBy(store)).slice(3)).toEqual([
      'budget.threshold 50 0.000001001',
      'budget.threshold 80 0.000001001',
    ]);
    await store.close();
  });

  test('a hard budget that does not pay for a call tells so once, a soft one that is passed likewise', async () => {
    const store = await withBudget(await open('exhausted'), exampleBudget);
    for (const requestId of ['req_1', 'req_2']) {
      expect(() => store.holds.place({ entry: { ...draft, requestId }, fit: () => undefined })).toThrow();
    }
    await store.keys.update({ ...exampleKey, budgets: [{ ...exampleBudget, id: 'budget_2', mode: 'soft' }] });
    await spend(store, 'req_3', 1_000n);
    await spend(store, 'req_4', 1n);
    await spend(store, 'req_5', 1n);
    expect(await toldBy(store)).toEqual([
      'budget.exhausted - 0',
      'budget.threshold 50 0.000001',
      'budget.threshold 80 0.000001',
      'budget.threshold 100 0.000001',
      'budget.exceeded - 0.000001001',
    ]);
    await store.close();
  });

  test('a provider that counted more than it was allowed to is told of', async () => {
    const store = await withBudget(await open('overruns'), exampleBudget);
    const hold = store.holds.place({ entry: draft, fit: () => 100n });
    await store.ledger.append({ ...draft, closing: true, cost: 100n, overrun: 20n, settlement: 'overrun' }, hold);
    const { data } = await store.events.list({ limit: 10 });
    expect(data.map(({ kind, subject, body }) => ({ kind, subject, body }))).toMatchObject([
      { kind: 'budget.overrun', subject: 'key_1', body: { request_id: 'req_1', overrun_usd: '0.00000002' } },
    ]);
    await store.close();
  });
}

const draft: Entry = { ...bareEntry, attempt: 1, provider: 'openai', model: 'gpt-5-mini', cost: 0n };

async function withBudget(store: Store, budget: Budget): Promise<Store> {
  await withTenants(store);
  await store.keys.create({ ...exampleKey, budgets: [budget] });
  return store;
}

async function spend(store: Store, requestId: string, cost: bigint): Promise<void> {
  const entry = { ...draft, requestId };
  const hold = store.holds.place({ entry, fit: () => 0n });
  await store.ledger.append({ ...entry, closing: true, cost: 0n, overrun: cost, settlement: 'settled' }, hold);
}

/** Kind, share and what was spent, in the order of telling. */
async function toldBy(store: Store): Promise<readonly string[]> {
  const { data } = await store.events.list({ limit: 100 });
  return data.toReversed().map(({ kind, body }) => `${kind} ${body['percent'] ?? '-'} ${body['spent_usd']}`);
}
