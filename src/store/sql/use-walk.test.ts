import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { fullEntry } from '../contract-examples.ts';
import type { Entry, PastQuery, PastUse } from '../store.ts';
import { entryColumns, entryRow } from './entry.ts';
import { migrate } from './migration.ts';
import { migrations } from './migrations/index.ts';
import { useWalk } from './use-walk.ts';

const question: PastQuery = {
  ...{ owner: { kind: 'key', id: 'key_1' }, match: {}, since: 0, slotMs: 1_000, limit: 100 },
};
const { failure: _, ...whole } = fullEntry;
const call = (requestId: string, changes: Partial<Entry> = {}): Entry => ({ ...whole, requestId, ...changes });

test('what is read stretch by stretch is the same as if it were read at once, whatever stands in its names', () => {
  const names = ["o'1", 'a"b', 'a\nb', '', 'a\0b', '["x"]'];
  const entries = names.flatMap((each, n) => [
    call(`req_${n}`, { startedAt: n * 700, endUser: each, tags: [each, 'x', each], closing: false }),
    call(`req_${n}`, { startedAt: n * 700 + 100, endUser: each, tags: [each], attempt: 2 }),
  ]);
  const all: PastQuery = { ...question, match: { endUser: '*', tag: '*', model: '*' } };
  const told = used(entries, all, 1);
  expect(told).toEqual(used(entries, all, 100));
  // Two tags of the first attempt, one of which the second has too: sent to one model, it is one request of each.
  expect(told.length).toBe(12);
  expect(told.filter(({ values }) => values[0] === '')).toEqual([
    { at: 2_101, requests: 1, tokens: 28, images: 2, audioSeconds: 2.5, values: ['', 'x', 'openai/gpt-5-mini'] },
    { at: 2_513, requests: 1, tokens: 56, images: 4, audioSeconds: 5, values: ['', '', 'openai/gpt-5-mini'] },
  ]);
});

test('a call that goes to a model, again, to another and back is one of each', () => {
  const to = (model: string, attempt: number): Entry => call('req_1', { model, attempt, closing: attempt === 4 });
  const entries = [to('one', 1), to('one', 2), to('other', 3), to('one', 4)];
  const requests = used(entries, { ...question, slotMs: 60_000, match: { model: '*' } }, 1).map((use) => use.requests);
  expect(requests).toEqual([1, 1]);
});

test('of more than is asked for the latest is told, in the order of time', () => {
  const entries = Array.from({ length: 12_000 }, (_, n) => call(`req_${n}`, { startedAt: n * 1_000 }));
  const told = used(entries, { ...question, limit: 3 }, 2_000).map(({ at }) => at);
  expect(told).toEqual([11_997_313, 11_998_313, 11_999_313]);
});

function used(entries: readonly Entry[], asked: PastQuery, step: number): readonly PastUse[] {
  const ledger = new Database(':memory:', { strict: true });
  migrate(ledger, migrations);
  const insert = ledger.prepare(
    `insert into entries (${entryColumns.join(', ')}) values (${entryColumns.map(() => '?').join(', ')})`,
  );
  ledger.transaction(() => {
    for (const [index, entry] of entries.entries()) insert.run(...entryRow(index + 1, entry));
  })();
  const walk = useWalk(ledger, asked);
  for (let after = 0; after < entries.length; after += step) walk.through({ after, upTo: after + step });
  const found = walk.found();
  const told: PastUse[] = [];
  for (let next = found.next(); next.done !== true; next = found.next()) told.push(next.value as PastUse);
  return told;
}
