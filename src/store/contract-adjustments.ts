import type { Adjustment } from './adjustment.ts';
import type { Bench, OpenNamed } from './contract.ts';
import { fullEntry } from './contract-examples.ts';
import type { Entry } from './store.ts';

const span = { from: 0, to: 100_000, limit: 100 };

/** What every engine promises of corrections. */
export function adjustmentContract({ test, expect }: Bench, open: OpenNamed): void {
  test('a correction changes what its entry costs wherever that is told, and nothing else of it', async () => {
    const store = await open('adjustments-told');
    await Promise.all(callOfTwo.map((entry) => store.ledger.append(entry)));
    const before = await store.ledger.request('req_two');
    await store.ledger.adjust([adjustment({ entry: 2, delta: 27n })]);
    const { record, entries } = (await store.ledger.request('req_two')) ?? {};
    expect(record).toEqual({ ...before?.record, cost: 323n, adjusted: 27n } as never);
    expect(entries).toEqual(callOfTwo.map((one, n) => (n === 1 ? { ...one, cost: 223n, adjusted: 27n } : one)));
    expect((await store.ledger.requests({ limit: 1 })).data).toEqual([record] as never);
    const [sum] = await store.ledger.usage({ ...span, groupBy: [] });
    expect([sum?.cost, sum?.adjusted, sum?.unpriced]).toEqual([323n, 27n, 0]);
    await store.close();
  });

  test('an entry without a price has one as soon as it is corrected', async () => {
    const store = await open('adjustments-unpriced');
    const { cost: _, ...unpriced } = { ...fullEntry, startedAt: 1_000 };
    await store.ledger.append({ ...unpriced, requestId: 'req_a' });
    await store.ledger.append({ ...unpriced, requestId: 'req_b', keyId: 'key_b' });
    expect((await store.ledger.booked(span)).map(({ cost }) => cost)).toEqual([undefined, undefined]);
    await store.ledger.adjust([adjustment({ entry: 1, requestId: 'req_a', delta: 0n, reason: 'priced' })]);
    await store.ledger.adjust([adjustment({ entry: 1, number: 2, requestId: 'req_a', delta: 5n })]);
    const { data } = await store.ledger.requests({ limit: 10 });
    expect(data.map(({ requestId, cost }) => [requestId, cost])).toEqual([
      ['req_b', undefined],
      ['req_a', 5n],
    ]);
    const rows = await store.ledger.usage({ ...span, groupBy: ['key'] });
    expect(rows.map(({ group, unpriced: n, cost }) => [group.key, n, cost]).toSorted()).toEqual(
      [
        [fullEntry.keyId, 0, 5n],
        ['key_b', 1, 0n],
      ].toSorted(),
    );
    await store.close();
  });

  test('the same correction made twice is one, and refunds are corrections too', async () => {
    const store = await open('adjustments-twice');
    await store.ledger.append({ ...fullEntry, requestId: 'req_one', startedAt: 5, cost: 100n });
    const first = adjustment({ entry: 1, requestId: 'req_one', delta: -30n });
    await Promise.all([store.ledger.adjust([first]), store.ledger.adjust([first])]);
    await store.ledger.adjust([first, { ...first, number: 2, delta: -1n }]);
    const [booked] = await store.ledger.booked(span);
    expect([booked?.cost, booked?.adjustments]).toEqual([69n, 2]);
    await store.close();
  });

  bookedContract({ test, expect }, open);
}

function bookedContract({ test, expect }: Bench, open: OpenNamed): void {
  test('attempts are listed page by page, each once, with what they consumed', async () => {
    const store = await open('adjustments-booked');
    const entries = Array.from({ length: 23 }, (_, n): Entry => {
      const model = n % 2 === 0 ? 'even' : 'odd';
      return { ...fullEntry, requestId: `req_${n}`, startedAt: 1_000 + (n % 5), model, organisationId: `org_${n % 3}` };
    });
    for (const entry of entries) await store.ledger.append(entry);
    const seen: string[] = [];
    for (let after: { readonly startedAt: number; readonly sequence: number } | undefined; ; ) {
      const page = await store.ledger.booked({ ...span, limit: 4, ...(after === undefined ? {} : { after }) });
      seen.push(...page.map(({ requestId }) => requestId));
      after = page.at(-1);
      if (page.length < 4) break;
    }
    expect([seen.length, new Set(seen).size]).toEqual([23, 23]);
    const wanted = { ...span, model: 'odd', provider: fullEntry.provider ?? '', organisationId: 'org_1' };
    const own = entries.filter(({ model, organisationId }) => model === 'odd' && organisationId === 'org_1');
    const found = await store.ledger.booked(wanted);
    expect(found.map(({ requestId }) => requestId).toSorted()).toEqual(
      own.map(({ requestId }) => requestId).toSorted(),
    );
    const { reportedCost: _, ...usage } = fullEntry.usage;
    expect(found[0]?.usage).toEqual(usage);
    await store.close();
  });
}

/** The first attempt failed and was charged all the same. */
const callOfTwo: readonly Entry[] = [
  { ...fullEntry, requestId: 'req_two', attempt: 1, closing: false, cost: 100n, startedAt: 10 },
  { ...fullEntry, requestId: 'req_two', attempt: 2, closing: true, cost: 196n, startedAt: 10 },
];

function adjustment(of: Partial<Adjustment> & Pick<Adjustment, 'entry' | 'delta'>): Adjustment {
  return {
    ...{ number: 1, requestId: 'req_two', attempt: 2, reason: 're-priced', source: 'management', at: 7, batch: 'b' },
    ...of,
  };
}
