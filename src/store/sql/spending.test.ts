import { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { handClock } from '../../../test/fakes/hand-clock.ts';
import type { Budget } from '../../core/limit.ts';
import { isOwnedBy, type KeptBudget, keptBudget } from '../accounts/kept-budget.ts';
import { valuesIn } from '../accounts/match.ts';
import { exampleKey } from '../contract-examples.ts';
import { exampleBudget, exampleDraft, place, standing, withBudgets } from '../contract-money.ts';
import type { Entry } from '../store.ts';
import { entryColumns, entryRow } from './entry.ts';
import { firstInTime, firstOnWall } from './first-entry.ts';
import { migrate } from './migration.ts';
import { migrations } from './migrations/index.ts';
import { present } from './present.ts';
import { spendingIn } from './spending.ts';
import { openSqlite } from './sqlite.ts';
import { type WalkTools, walkLedger } from './walk.ts';
import { Walks } from './walks.ts';

const home = mkdtempSync(join(tmpdir(), 'trestle-spending-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** In Berlin March has an hour less than its days, and begins and ends at 23:00 and 22:00 of the day before in UTC. */
const march = Date.UTC(2026, 1, 28, 23);
const april = Date.UTC(2026, 2, 31, 22);
const now = { wall: Date.UTC(2026, 2, 31, 12), steady: Date.UTC(2026, 2, 31, 12, 0, 7) };
const everywhere: Budget = { ...exampleBudget, period: 'month', timezone: 'Europe/Berlin' };
const attempt: Entry = { ...exampleDraft, startedAt: now.wall, cost: 100n };

interface Spending {
  readonly entry: Entry;
  readonly skew?: number;
  readonly deltas?: readonly bigint[];
}

test('what spent in a month counts from its first moment to its last, though a clock was put forward in it', async () => {
  const month = kept({ ...everywhere });
  const at = (heldAt: number, cost: bigint): Spending => ({ entry: { ...attempt, heldAt, cost } });
  const spendings = [at(march - 1, 1n), at(march, 10n), at(april - 1, 100n), at(april, 1_000n)];
  expect(await added([month], spendings)).toEqual([`1 ${march} "" 110`, `1 ${april} "" 1000`]);
});

test('what is spent in a rolling period counts until all of its slot is older, on the clock that nobody sets', async () => {
  const day = kept({ ...everywhere, period: 'day', window: 'rolling' });
  const slotMs = 360_000;
  const first = Math.floor(now.steady / slotMs) * slotMs - 86_400_000;
  const held = (steady: number, cost: bigint, skew: number): Spending => ({
    entry: { ...attempt, heldAt: steady - skew, cost },
    skew,
  });
  const spendings = [held(first - 1, 1n, 0), held(first, 10n, 3_600_000), held(first + slotMs - 1, 100n, -7)];
  expect(await added([day], [...spendings, held(first + slotMs, 5n, 0)])).toEqual([
    `1 ${first} "" 110`,
    `1 ${first + slotMs} "" 5`,
  ]);
});

test('sums are exact beyond what a number and what a column holds', async () => {
  const most = 100_000_000_000_000_000n;
  const spendings = Array.from({ length: 120 }, () => ({
    entry: { ...attempt, heldAt: march, cost: most - 1n, overrun: most },
    deltas: [most, -1n, most],
  }));
  const small = { entry: { ...attempt, heldAt: march, cost: 9_007_199_254_740_993n } };
  expect(await added([kept(everywhere)], [...spendings, small])).toEqual([
    `1 ${march} "" ${120n * (4n * most - 2n) + 9_007_199_254_740_993n}`,
  ]);
});

test('corrections that came later than the balances are left out', async () => {
  const spendings = [{ entry: attempt, deltas: [-30n, 5n] }];
  expect(await added([kept(everywhere)], spendings, { adjusted: 1 })).toEqual([`1 ${march} "" 70`]);
});

/** Names that would be something else in a statement, a list, a line or a text. */
const names = ["o'1", 'a"b', 'a\nb', '', '*', 'a\0b', '[]', 'null', 'é', '\u{1f600}', "'); drop table entries; --"];
const name = fc.constantFrom(...names);
const moment = fc.oneof(
  fc.constantFrom(march - 1, march, april - 1, april, april + 86_400_000, now.wall, now.wall - 86_400_000),
  fc.integer({ min: march - 90_000_000, max: april + 90_000_000 }),
);
const amount = fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n });
const spending: fc.Arbitrary<Spending> = fc.record({
  entry: fc
    .record({
      owner: fc.constantFrom('1', '2'),
      heldAt: fc.option(moment),
      startedAt: moment,
      cost: fc.option(fc.oneof(amount, fc.constant(0n))),
      overrun: fc.option(fc.bigInt({ min: 0n, max: 10n ** 17n })),
      endUser: fc.option(name),
      tags: fc.array(name, { maxLength: 4 }),
      model: fc.option(name),
    })
    .map(({ owner, startedAt, tags, ...entry }): Entry => {
      const { cost: _, provider: __, model: ___, ...bare } = attempt;
      const owners = { keyId: `key_${owner}`, projectId: `proj_${owner}`, organisationId: 'org_1' };
      return { ...bare, ...owners, startedAt, tags, ...present(entry), provider: 'openai' };
    }),
  skew: fc.constantFrom(0, 0, 86_400_000, -3_600_000),
  deltas: fc.array(amount, { maxLength: 3 }),
});
const wish = fc.option(fc.constantFrom('*', ...names, 'openai/é'));
const budget: fc.Arbitrary<Budget> = fc
  .record({
    period: fc.constantFrom('minute' as const, 'day' as const, 'week' as const, 'month' as const, 'total' as const),
    window: fc.constantFrom('calendar' as const, 'rolling' as const),
    match: fc.record({ endUser: wish, tag: wish, model: wish }).map(present),
  })
  .map((shape) => ({ ...everywhere, ...shape }));
const owner = fc.constantFrom(
  { kind: 'key' as const, id: 'key_1' },
  { kind: 'project' as const, id: 'proj_2' },
  { kind: 'organisation' as const, id: 'org_1' },
);

test('whatever is spent and whoever has budgets, the sums are those of a book that is kept entry by entry', async () => {
  const budgets = fc.array(fc.tuple(owner, budget), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(budgets, fc.array(spending, { maxLength: 30 }), async (wanted, spendings) => {
      const all = wanted.map(([who, each], index) => keptBudget(index + 1, who, each));
      expect(await added(all, spendings)).toEqual(booked(all, spendings));
    }),
    { numRuns: 150 },
  );
});

test('the first entry that counts is found though the clock was set, however many began at the same moment', async () => {
  const ledger = emptyLedger();
  fill(ledger, [5_000, 100, 200, ...Array.from({ length: 100_002 }, () => 300), 400, 90]);
  const { read } = toolsOf(ledger);
  const firsts = [0, 150, 300, 301, 4_000, 6_000].map((from) => firstOnWall(read, from));
  expect(await Promise.all(firsts)).toEqual([0, 1, 1, 1, 1, 100_008]);
  ledger.close();
  const later = emptyLedger();
  fill(later, [90, 100, ...Array.from({ length: 100_002 }, () => 300), 250, 400]);
  const found = [150, 300, 301].map((from) => firstOnWall(toolsOf(later).read, from));
  expect(await Promise.all(found)).toEqual([3, 3, 100_006]);
  // Of these nothing was ever held: they are all looked at.
  expect(await firstInTime(toolsOf(later).read, 1_000)).toBe(1);
  later.close();
});

test('a walk makes way between its steps, says how far it is, and is forgotten when nobody goes on', async () => {
  const ledger = emptyLedger();
  fill(
    ledger,
    Array.from({ length: 20_000 }, (_, n) => n + 1),
  );
  const clock = handClock();
  const told: string[] = [];
  const steps: string[] = [];
  const { read, step } = toolsOf(ledger);
  const tools: WalkTools = {
    ...{ read, clock, log: { info: (message) => void told.push(message) } },
    step: async (next) => {
      steps.push(Object.keys(next).at(-1) ?? '');
      await clock.advance(3_000);
      return step(next);
    },
  };
  const use = { owner: { kind: 'key', id: 'key_1' }, match: {}, since: 0, slotMs: 1, limit: 5_000 } as const;
  const pages = walkLedger<unknown>(tools, { use }, { after: 0, upTo: 20_000 });
  expect((await pages.next()).value).toHaveLength(1_000);
  await pages.return();
  await clock.advance(3_000);
  expect(steps).toEqual(['begin', 'through', 'through', 'through', 'take', 'take']);
  expect(told).toEqual(['the ledger is being added up, 81 % so far']);
  const [begun] = (await step({ begin: { use } })) as readonly [{ readonly walk: number }];
  await step({ walk: begun.walk, take: 0 });
  expect(() => step({ walk: begun.walk, take: 1 })).toThrow('is not under way');
  ledger.close();
});

test('values that would be something else in a statement have their balances, in memory, on the disk and by the entries', async () => {
  const directory = join(home, 'hostile');
  const clock = handClock();
  const starred: readonly Budget[] = [
    { ...exampleBudget, id: 'budget_user', match: { endUser: '*' } },
    { ...exampleBudget, id: 'budget_tag', period: 'day', window: 'rolling', match: { tag: '*' } },
    { ...exampleBudget, id: 'budget_all', match: { endUser: '*', tag: '*', model: '*' } },
  ];
  const store = await withBudgets(await openSqlite({ directory, clock }), [starred[0] ?? exampleBudget]);
  for (const [index, each] of [...names, 'half \ud800 of one'].entries()) {
    const entry = { ...exampleDraft, requestId: `req_${index}`, endUser: each, tags: [each, 'x', each] };
    await store.ledger.append({ ...entry, cost: 10n }, place(store, entry, { amount: 20n }));
  }
  await store.keys.update({ ...exampleKey, budgets: starred });
  expect(await store.holds.verify()).toEqual({ entries: 12, openHolds: 0, differences: [] });
  const told = (id: string): readonly unknown[] =>
    standing(store).flatMap(({ budget: { id: each }, value, spent }) => (each === id ? [[value ?? '', spent]] : []));
  expect(told('budget_tag').slice(0, 3)).toEqual([
    ["o'1", 10n],
    ['x', 120n],
    ['a"b', 10n],
  ]);
  await store.close();
  const again = await openSqlite({ directory, clock });
  expect((await again.holds.verify()).differences).toEqual([]);
  await again.close();
});

function kept(each: Budget): KeptBudget {
  return keptBudget(1, { kind: 'key', id: 'key_1' }, each);
}

/** What the ledger's walk finds, by budget, the window it is in, value. */
async function added(
  budgets: readonly KeptBudget[],
  spendings: readonly Spending[],
  { adjusted = Number.MAX_SAFE_INTEGER } = {},
): Promise<readonly string[]> {
  const ledger = emptyLedger();
  write(ledger, spendings);
  const tools = toolsOf(ledger);
  const stretch = { after: 0, upTo: spendings.length };
  const pages = await Array.fromAsync(spendingIn(tools, budgets, { now, adjusted, ...stretch }));
  ledger.close();
  const sums = new Map<string, bigint>();
  for (const { kept: each, value, start, spent } of pages.flat()) {
    const window = each.windows.of({ wall: start, steady: start }).start;
    note(sums, `${each.number} ${window} ${JSON.stringify(value)}`, spent);
  }
  return linesOf(sums);
}

/** The same as it is counted when it is spent. */
function booked(budgets: readonly KeptBudget[], spendings: readonly Spending[]): readonly string[] {
  const sums = new Map<string, bigint>();
  for (const { entry, skew = 0, deltas = [] } of spendings) {
    const wall = entry.heldAt ?? entry.startedAt;
    const moment = { wall, steady: wall + (entry.heldAt === undefined ? 0 : skew) };
    const spent = [entry.cost ?? 0n, entry.overrun ?? 0n, ...deltas].reduce((sum, each) => sum + each, 0n);
    for (const each of budgets.filter((one) => isOwnedBy(one.owner, entry))) {
      const { start, until } = each.windows.of(moment);
      if (until <= (each.windows.kind === 'rolling' ? now.steady : now.wall)) continue;
      for (const value of valuesIn(each.budget.match, entry))
        note(sums, `${each.number} ${start} ${JSON.stringify(value)}`, spent);
    }
  }
  return linesOf(sums);
}

function note(sums: Map<string, bigint>, of: string, spent: bigint): void {
  sums.set(of, (sums.get(of) ?? 0n) + spent);
}

function linesOf(sums: ReadonlyMap<string, bigint>): readonly string[] {
  return [...sums].flatMap(([of, spent]) => (spent === 0n ? [] : [`${of} ${spent}`])).sort();
}

const migrated = new Database(':memory:');
migrate(migrated, migrations);
const asMigrated = migrated.serialize();

function emptyLedger(): Database {
  return Database.deserialize(asMigrated);
}

const insertEntry = `insert into entries (${entryColumns.join(', ')}) values (${entryColumns.map(() => '?').join(', ')})`;
const adjustmentColumns = ['entry', 'number', 'request_id', 'attempt', 'delta', 'reason', 'source', 'at', 'batch'];
const insertAdjustment = `insert into adjustments (${adjustmentColumns.join(', ')}) values (?, ?, 'r', 1, ?, 'priced', 's', 0, 'b')`;

function write(ledger: Database, spendings: readonly Spending[]): void {
  const [entries, adjustments] = [ledger.prepare(insertEntry), ledger.prepare(insertAdjustment)];
  ledger.transaction(() => {
    for (const [index, { entry, skew = 0, deltas = [] }] of spendings.entries()) {
      const { heldAt } = entry;
      const hold = heldAt === undefined ? undefined : { hold: index, at: heldAt, skew, amount: 0n };
      entries.run(...entryRow(index + 1, { ...entry, requestId: `req_${index}` }, hold));
      for (const [at, delta] of deltas.entries()) adjustments.run(index + 1, at + 1, delta.toString());
    }
  })();
}

/** Entries that began then and were never held. */
function fill(ledger: Database, startedAt: readonly number[]): void {
  write(
    ledger,
    startedAt.map((at) => ({ entry: { ...attempt, startedAt: at } })),
  );
}

function toolsOf(ledger: Database): WalkTools {
  const walks = new Walks(ledger);
  let questions = 0;
  return {
    read: async (sql, parameters) => ledger.query<object, (string | number | null)[]>(sql).all(...parameters),
    step(step) {
      questions += 1;
      return Promise.resolve(walks.step(questions, step));
    },
    clock: handClock(),
    log: { info: () => undefined },
  };
}
