import { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { storeContract } from '../contract.ts';
import { bareEntry, fullEntry, recordOf } from '../contract-examples.ts';
import { usageContract } from '../contract-usage.ts';
import { usagePageContract } from '../contract-usage-pages.ts';
import { openStore } from '../open.ts';
import type { Entry } from '../store.ts';
import { entryColumns, entryRow } from './entry.ts';

const clock = { now: () => 1_763_690_000_000, monotonic: () => 0, after: () => () => undefined };
const home = mkdtempSync(join(tmpdir(), 'trestle-store-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const open = (name: string) => openStore({ directory: join(home, name), clock });

storeContract({ test, expect }, open);
// The same, while what is appended is taken up for reports in between.
const openFollowed = (name: string) => openStore({ directory: join(home, `followed-${name}`), clock, reportBlock: 9 });
usageContract({ test, expect }, openFollowed);
usagePageContract({ test, expect }, openFollowed);

test('a second Trestle on the same directory is refused at once, and welcome when the first is gone', async () => {
  const store = await open('taken');
  expect(await open('taken').catch(({ message }) => message)).toBe(
    `${join(home, 'taken')} is in use by another Trestle (process ${process.pid}, since 2025-11-21T01:53:20.000Z); stop it, or give another directory with --data.`,
  );
  await store.close();
  const next = await open('taken');
  await next.close();
  expect(readdirSync(join(home, 'taken')).sort()).toEqual(['trestle.db', 'trestle.db-ahead', 'trestle.lock']);
});

test('what is no database of ours is refused in words, and does not keep the directory taken', async () => {
  const directory = join(home, 'garbage');
  mkdirSync(directory);
  writeFileSync(join(directory, 'trestle.db'), 'this is no database, but a text of some length'.repeat(100));
  const sentence = `The database in ${directory} cannot be opened (file is not a database); restore it from a backup, or give another directory with --data.`;
  expect(await open('garbage').catch(({ message }) => message)).toBe(sentence);
  expect(await open('garbage').catch(({ message }) => message)).toBe(sentence);
});

test('an entry that stands in the ledger is changed and deleted by nobody', async () => {
  const store = await open('append-only');
  await store.ledger.append(fullEntry);
  await store.close();
  const database = new Database(join(home, 'append-only', 'trestle.db'));
  database.run('pragma recursive_triggers = on');
  const replacement = `insert or replace into entries (${entryColumns.join(', ')}) values (${entryColumns.map(() => '?').join(', ')})`;
  expect(() => database.run('update entries set cost = 0')).toThrow('a ledger entry is never changed');
  expect(() => database.run('delete from entries')).toThrow('a ledger entry is never deleted');
  expect(() => database.run(replacement, [...entryRow(1, { ...fullEntry, cost: 0n })])).toThrow(
    'a ledger entry is never deleted',
  );
  database.close();
  const again = await open('append-only');
  expect(await again.ledger.requests({ limit: 2 })).toEqual({ data: [recordOf(fullEntry)] });
  await again.close();
});

test('who changed what is changed and deleted by nobody', async () => {
  const store = await open('audit-only');
  const record = {
    id: 'audit_1',
    at: 1,
    actor: 'key_1',
    organisationId: 'org_1',
    procedure: 'x.y',
    subject: 's',
    summary: '',
  };
  await store.audit.append(record);
  await store.close();
  const database = new Database(join(home, 'audit-only', 'trestle.db'));
  expect(() => database.run("update audit set actor = ''")).toThrow('an audit record is never changed');
  expect(() => database.run('delete from audit')).toThrow('an audit record is never deleted');
  database.close();
});

test('any entry comes back as it was, but that halves of characters cannot be kept in texts', async () => {
  const store = await open('any');
  let count = 0;
  await fc.assert(
    fc.asyncProperty(anyEntry, async (fields) => {
      count += 1;
      const entry: Entry = { ...fields, requestId: `req_${count}` };
      await store.ledger.append(entry);
      expect(await store.ledger.requests({ limit: 1 })).toMatchObject({ data: [recordOf(wellFormed(entry))] });
    }),
    { numRuns: 200 },
  );
  await store.close();
});

test('what the ledger cannot hold exactly is refused, not bent', async () => {
  const store = await open('bent');
  const absurd: readonly Entry[] = [
    { ...fullEntry, cost: 2n ** 63n },
    { ...fullEntry, cost: 10n ** 17n + 1n },
    { ...fullEntry, usage: { tokens: { input: 1.5 } } },
    { ...fullEntry, usage: { tokens: { output: 1e300 } } },
  ];
  const outcomes = await Promise.all(
    absurd.map((entry) =>
      store.ledger.append(entry).then(
        () => 'kept',
        ({ kind }) => kind,
      ),
    ),
  );
  expect(outcomes).toEqual(absurd.map(() => 'gateway-storage-failed'));
  expect(await store.ledger.requests({ limit: 10 })).toEqual({ data: [] });
  await store.close();
});

test('usage of more rows than anybody reads is refused by its parameter', async () => {
  const store = await open('many');
  await store.ledger.append(bareEntry);
  expect((await store.ledger.requests({ limit: 2 })).data.length).toBe(1);
  const database = new Database(join(home, 'many', 'trestle.db'));
  const others = entryColumns.filter((name) => !['sequence', 'request_id', 'started_at'].includes(name)).join(', ');
  database.run(
    `with recursive series (value) as (select 2 union all select value + 1 from series where value <= 100000)
     insert into entries (sequence, request_id, started_at, ${others})
     select value, 'req_' || value, value * 60000, ${others} from series, entries where sequence = 1`,
  );
  database.close();
  const query = { from: 0, to: 1e12, groupBy: [], bucket: 'minute' } as const;
  expect(await store.ledger.usage(query).catch(({ kind, details }) => [kind, details.param])).toEqual([
    'request-invalid',
    'bucket',
  ]);
  expect((await store.ledger.usage({ ...query, from: 60_000 })).length).toBe(100_000);
  await store.close();
});

const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const anyCount = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const anyEntry = fc
  .record(
    {
      provider: anyText,
      model: anyText,
      firstByteMs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
      upstreamStatus: fc.nat(999),
      upstreamRequestId: anyText,
      cost: fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }),
      endUser: anyText,
      metadata: anyText,
      requestedModel: anyText,
      stream: fc.boolean(),
      startedAt: anyCount,
      endedAt: anyCount,
      tags: fc.array(anyText),
      flags: fc.array(anyText),
      lost: fc.array(fc.record({ path: anyText, why: anyText })),
      tokens: fc.record({ input: anyCount, cachedInput: anyCount, reasoning: anyCount }, { requiredKeys: [] }),
    },
    { requiredKeys: ['requestedModel', 'stream', 'startedAt', 'endedAt', 'tags', 'flags', 'lost', 'tokens'] },
  )
  .map(({ tokens, ...fields }): Entry => ({ ...bareEntry, ...fields, attempt: 1, usage: { tokens } }));

/** Texts as UTF-8 can hold them; lists are JSON, which can hold anything. */
function wellFormed(entry: Entry): Entry {
  const texts = Object.entries(entry).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.toWellFormed() : value,
  ]);
  return { ...entry, ...Object.fromEntries(texts) };
}
