import type { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareEntry, fullEntry } from '../../contract-examples.ts';
import { folded, variedEntries } from '../../contract-usage.ts';
import { openStore } from '../../open.ts';
import type { Entry, RequestQuery, UsageQuery, UsageRow } from '../../store.ts';
import { connectReadOnly } from '../connection.ts';
import { sumUsage } from '../usage.ts';
import { openReporter } from './asking.ts';
import { type Follow, openFollow } from './follow.ts';
import { segment } from './gathering.ts';
import { narrow } from './numbers.ts';
import { openPages } from './pages.ts';
import type { SumAnswer, SumPage, SumQuestion } from './question.ts';
import { openShelf } from './shelf.ts';
import type { Sums } from './sum.ts';
import { Tally, TooManyGroups } from './tally.ts';

const clock = { now: () => 0, monotonic: () => 0, after: () => () => undefined };
const home = mkdtempSync(join(tmpdir(), 'trestle-reports-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const day = 86_400_000;
const entries = variedEntries().map(
  (entry, n): Entry => ({ ...entry, status: [200, 404, 502][n % 3] ?? 200, requestedModel: `wanted-${n % 4}` }),
);

test('however much of the ledger is taken up, and in what blocks, usage is the sum of its entries', async () => {
  const queries: readonly UsageQuery[] = [
    { from: 0, to: 10 * day, groupBy: [] },
    { from: 1, to: 4 * day + 5, groupBy: ['model', 'key'], bucket: 'day' },
    { from: 0, to: 10 * day, groupBy: ['user'] },
    // Both ends are moments at which an entry began: the first is in, the last is not.
    { from: 10 * 3_333_333, to: 50 * 3_333_333, groupBy: ['key'] },
    { from: 1e7, to: 10 * day, groupBy: ['tag'], bucket: 'day', organisationId: 'org_1' },
    { from: 0, to: 3 * day, groupBy: ['tag', 'user'] },
    { from: 0, to: 10 * day, groupBy: ['operation', 'provider'], bucket: 'hour' },
  ];
  for (const blockSize of [3, 50]) {
    const { follow, ask } = await openBooks(`sums-${blockSize}`, { blockSize });
    do {
      for (const query of queries) {
        const own = entries.filter(
          ({ startedAt, organisationId }) =>
            startedAt >= query.from &&
            startedAt < query.to &&
            [undefined, organisationId].includes(query.organisationId),
        );
        const { done } = follow.progress();
        expect({ done, query, rows: await ask(query) }).toEqual({ done, query, rows: folded(own, query) });
      }
    } while (follow.next());
    expect(follow.progress().done).toBe(entries.length - (entries.length % blockSize));
  }
});

test('a day in which nearly everything differs is added up from its entries', async () => {
  const { follow, shelf, ask } = await openBooks('varied', { blockSize: 20, mostCells: 6 });
  while (follow.next());
  expect(shelf.query("select count(*) as days from segments where kind = 'users' and rows = 0").get()).toEqual({
    days: 5,
  });
  const query: UsageQuery = { from: 0, to: 10 * day, groupBy: ['user'], bucket: 'day' };
  expect(await ask(query)).toEqual(folded(entries, query));
});

test('pages are of all there is, even where it is too much to be added up at once', () => {
  const made: UsageQuery[] = [];
  const mostHours = 5;
  const pages = openPages((query) => {
    made.push(query);
    const hours = Array.from({ length: (query.to - query.from) / hour }, (_, n) => query.from + n * hour);
    if (hours.length > mostHours) throw new TooManyGroups();
    return hourly(hours.filter((start) => start < 7 * hour || start > 15 * hour));
  });
  const sum: UsageQuery = { from: 0, to: 24 * hour, groupBy: [], bucket: 'hour' };
  const found: (number | null)[] = [];
  let more = true;
  for (let at = 0; more; at += 1) {
    const after = found.at(-1);
    const page = pages({ sum, page: { limit: 2, at, ...(after === undefined ? {} : { after: [after ?? null] }) } });
    expect(page.bucketStarts.length).toBeGreaterThan(0);
    found.push(...page.bucketStarts);
    more = page.more;
  }
  const all = Array.from({ length: 24 }, (_, n) => n * hour);
  expect(found).toEqual(all.filter((start) => start < 7 * hour || start > 15 * hour));
  expect(made.filter(({ from, to }) => to - from <= mostHours * hour).length).toBeLessThan(12);
  expect(() => pages({ sum: { ...sum, bucket: 'day' }, page: { limit: 2, at: 0 } })).toThrow(TooManyGroups);
});

const hour = 3_600_000;

/** One row for each of these hours. */
function hourly(starts: readonly number[]): Sums {
  const tally = new Tally({ dimensions: [], mostGroups: 100, bucketMs: hour });
  const times = narrow(Float64Array.from(starts, (start) => start - (starts[0] ?? 0)));
  const extent = { rows: starts.length, earliest: starts[0] ?? 0, latest: starts.at(-1) ?? 0 };
  tally.add(segment(extent, new Map(), new Map([['time', times]])), { from: 0, to: 24 * hour });
  const groups = tally.finish();
  return { groups, order: Uint32Array.from({ length: groups.count }, (_, n) => n), nameOf: () => null };
}

test('corrections that are taken up count as those that are not', async () => {
  const directory = join(home, 'corrected');
  const store = await openStore({ directory, clock });
  for (const n of [1, 2, 3]) await store.ledger.append({ ...fullEntry, requestId: `req_${n}` });
  const told = {
    requestId: 'req_1',
    attempt: 1,
    reason: 're-priced',
    source: 'test',
    at: 1,
    batch: 'batch_1',
  } as const;
  const numbers = [1, 2, 3];
  await store.ledger.adjust(numbers.map((entry) => ({ ...told, entry, number: 1, delta: -20n * BigInt(entry) })));
  await store.close();
  const { follow, ask } = openBook(directory, { blockSize: 2 });
  const query: UsageQuery = { from: 0, to: day, groupBy: ['model'] };
  const before = await ask(query);
  expect(before).toMatchObject([{ requests: 3, cost: 369n - 120n, adjusted: -120n }]);
  while (follow.next()) expect(await ask(query)).toEqual(before);
  expect(follow.progress()).toEqual({ done: 4, newest: 6 });
});

test('however much is taken up, a list has the calls that are as asked for, newest first', async () => {
  const queries: readonly Wish[] = [
    { organisationId: 'org_1' },
    { keyId: 'key_2', tag: 'b' },
    { tag: 'a', outcome: 'complete', from: 10_000_000, to: 300_000_000 },
    { endUser: 'user_3', provider: 'provider-1' },
    { statusClass: 5, requestedModel: 'wanted-1' },
    { model: 'model-2', projectId: 'proj_0' },
    { tag: 'nobody has it' },
    { failure: 'provider-garbled' },
    { failure: 'model-unknown' },
  ];
  const { follow, find } = await openBooks('lists', { blockSize: 13 });
  do
    for (const query of queries) {
      const sequences = entries.flatMap((entry, at) => (isWished(entry, query) ? [at + 1] : [])).reverse();
      const firstPage = find({ query, before: 1e9, limit: 4 });
      const lastOfIt = firstPage.at(-1) ?? 0;
      expect({ query, found: [...firstPage, ...find({ query, before: lastOfIt, limit: 1000 })] }).toEqual({
        query,
        found: sequences,
      });
    }
  while (follow.next());
});

test('a block that could not be finished leaves nothing behind, and is taken up again whole', async () => {
  const { follow, shelf, ask, again } = await openBooks('broken', { blockSize: 40 });
  expect(follow.next()).toBe(true);
  shelf.run("create trigger full before update on marks begin select raise(abort, 'the disk is full'); end");
  expect(() => follow.next()).toThrow('the disk is full');
  const query: UsageQuery = { from: 0, to: 10 * day, groupBy: ['key'] };
  expect(await ask(query)).toEqual(folded(entries, query));
  shelf.run('drop trigger full');
  const next = again();
  expect(next.progress().done).toBe(40);
  while (next.next()) expect(await ask(query)).toEqual(folded(entries, query));
  expect(next.progress().done).toBe(120);
});

test.each([
  ['of another ledger', "update marks set sign = 'req_other 1'"],
  ['by another Trestle', "update marks set format = 'older'"],
])('what was taken up %s is not believed, and made anew', async (name, change) => {
  const { follow, shelf, ask, again } = await openBooks(name, { blockSize: 10 });
  while (follow.next());
  const query: UsageQuery = { from: 0, to: 10 * day, groupBy: ['user', 'key'] };
  shelf.run("update columns set packed = x'0000000000000000'");
  shelf.run(change);
  expect(await ask(query)).toEqual(folded(entries, query));
  const next = again();
  expect(next.progress().done).toBe(0);
  while (next.next());
  expect(await ask(query)).toEqual(folded(entries, query));
});

test('usage that is read while no shelf is there is read from the ledger', async () => {
  const directory = join(home, 'bare');
  const store = await openStore({ directory, clock });
  await store.ledger.append(bareEntry);
  expect(await store.ledger.usage({ from: 0, to: day, groupBy: ['key'] })).toMatchObject([{ requests: 1 }]);
  await store.close();
});

type Wish = Omit<RequestQuery, 'limit' | 'after'>;

function isWished(entry: Entry, { from = 0, to = 1e15, statusClass, tag, ...equal }: Wish): boolean {
  const told: Readonly<Record<string, unknown>> = { ...entry };
  return (
    entry.closing &&
    entry.startedAt >= from &&
    entry.startedAt < to &&
    (statusClass === undefined || Math.floor(entry.status / 100) === statusClass) &&
    (tag === undefined || entry.tags.includes(tag)) &&
    Object.entries(equal).every(([name, value]) => told[name] === value)
  );
}

type Blocks = Omit<Parameters<typeof openFollow>[0], 'ledger' | 'shelf'>;

async function openBooks(name: string, blocks: Blocks): Promise<ReturnType<typeof openBook>> {
  const directory = join(home, name);
  const store = await openStore({ directory, clock });
  await Promise.all(entries.map((entry) => store.ledger.append(entry)));
  await store.close();
  return openBook(directory, blocks);
}

/** The books of a Trestle that does not run. */
function openBook(directory: string, blocks: Blocks) {
  const ledger = connectReadOnly(join(directory, 'trestle.db'));
  const path = join(directory, 'reports.db');
  const open = (): { readonly shelf: Database; readonly follow: Follow } => {
    const shelf = openShelf(path);
    return { shelf, follow: openFollow({ ledger, shelf, ...blocks }) };
  };
  const reporter = openReporter(connectReadOnly(join(directory, 'trestle.db')), path);
  const reader = {
    sum: async (sum: UsageQuery, page?: Omit<SumPage, 'at'>) =>
      sums({ sum, ...(page && { page: { ...page, at: 0 } }) }),
  };
  const sums = (question: SumQuestion): SumAnswer => reporter.answer(question)[0] as SumAnswer;
  return {
    ...open(),
    sums,
    again: (): Follow => open().follow,
    ask: (query: UsageQuery): Promise<readonly UsageRow[]> => sumUsage({ reader, clock }, query),
    find: (find: { query: Wish; before: number; limit: number }) => reporter.answer({ find }) as readonly number[],
  };
}
