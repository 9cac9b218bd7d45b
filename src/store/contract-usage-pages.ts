import type { Bench, OpenNamed } from './contract.ts';
import { bareEntry } from './contract-examples.ts';
import { folded, groupings, variedEntries } from './contract-usage.ts';
import type { UsageQuery, UsageRow } from './store.ts';

const everything = { from: 0, to: 864_000_000 };

/** What every engine promises of its sums when they are asked for in pages. */
export function usagePageContract({ test, expect }: Bench, open: OpenNamed): void {
  test('usage in pages of any size is what it is at once, each row once and in the same order', async () => {
    const store = await open('usage-pages');
    const entries = variedEntries();
    await Promise.all(entries.map((entry) => store.ledger.append(entry)));
    for (const query of groupings()) {
      const rows = folded(entries, query);
      for (const limit of [1, 7, Math.max(1, rows.length)].filter((size) => rows.length / size < 40)) {
        const paged: UsageRow[] = [];
        let after: string | undefined;
        do {
          const page = await store.ledger.usagePage(query, { limit, ...(after === undefined ? {} : { after }) });
          expect(page.data.length).toBe(Math.min(limit, rows.length - paged.length));
          paged.push(...page.data);
          after = page.next;
        } while (after !== undefined);
        expect<object>({ query, limit, paged }).toEqual({ query, limit, paged: rows });
      }
    }
    await store.close();
  });

  test('what is spent between two pages moves no row into or out of the pages to come', async () => {
    const store = await open('usage-between');
    const append = (keyId: string, n: number): Promise<void> =>
      store.ledger.append({ ...bareEntry, requestId: `req_${n}`, keyId });
    for (const [n, keyId] of ['key_b', 'key_d', 'key_f'].entries()) await append(keyId, n);
    const query: UsageQuery = { ...everything, groupBy: ['key'] };
    const first = await store.ledger.usagePage(query, { limit: 2 });
    for (const [n, keyId] of ['key_a', 'key_c', 'key_f'].entries()) await append(keyId, n + 10);
    const keysIn = ({ data }: Awaited<ReturnType<typeof store.ledger.usagePage>>) => data.map(({ group }) => group.key);
    const rest = await store.ledger.usagePage(query, { limit: 2, after: first.next ?? '' });
    expect([keysIn(first), keysIn(rest), rest.next]).toEqual([['key_b', 'key_d'], ['key_f'], undefined]);
    expect(keysIn(await store.ledger.usagePage(query, { limit: 1000 }))).toEqual([
      'key_a',
      'key_b',
      'key_c',
      'key_d',
      'key_f',
    ]);
    await store.close();
  });

  test('a page of usage larger than a page, or behind no cursor of it, is refused', async () => {
    const store = await open('usage-refused');
    const query: UsageQuery = { ...everything, groupBy: ['key', 'model'] };
    const pages = [{ limit: 0 }, { limit: 1001 }, { limit: 1.5 }, { limit: 10, after: '17' }, { limit: 10, after: '' }];
    for (const page of pages)
      await expect(store.ledger.usagePage(query, page)).rejects.toMatchObject({ kind: 'request-invalid' });
    await store.close();
  });
}
