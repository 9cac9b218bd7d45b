import { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HandClock, handClock } from '../../../test/fakes/hand-clock.ts';
import { Failure } from '../../core/failure.ts';
import { bareEntry, exampleKey, withTenants } from '../contract-examples.ts';
import { exampleBudget } from '../contract-money.ts';
import type { Entry, Hold, Store } from '../store.ts';
import type { Receipt } from './batch.ts';
import { openCommitter } from './committer.ts';
import { connect } from './connection.ts';
import { readerThread } from './reader.ts';
import { openSqlite } from './sqlite.ts';
import type { StartWriter } from './writer.ts';

const noon = 1_763_690_000_000;
const home = mkdtempSync(join(tmpdir(), 'trestle-holds-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** What may go wrong with a batch: the disk refuses it; its thread dies before or after the commit, once or for ever. */
const mishaps = [
  'broken',
  'dies before',
  'dies after',
  'dies before, again and again',
  'dies after, again and again',
] as const;
type Mishap = (typeof mishaps)[number];

for (const mishap of mishaps) {
  test(`whichever batch ${mishap === 'broken' ? 'the disk refuses' : `the thread ${mishap}`}, every call is on the books once and nothing stays held`, async () => {
    for (let at = 1; ; at += 1) {
      const stage = await staged(`${mishap}-${at}`, { at, mishap });
      const acknowledged = await traffic(stage);
      const struck = stage.struck();
      stage.arm(undefined);
      await stage.clock.advance(10_000);
      expect({ at, ...(await stage.store.holds.verify()) }).toMatchObject({ at, openHolds: 0, differences: [] });
      const spent = stage.store.holds.standings({ kind: 'key', id: 'key_1' }).map((each) => each.spent);
      await stage.store.close();
      const found = onDisk(stage.directory);
      expect({ at, open: found.open, notes: found.notes }).toEqual({ at, open: 0, notes: 0 });
      expect({ at, missing: acknowledged.filter((id) => !found.ids.includes(id)) }).toEqual({ at, missing: [] });
      expect(spent).toEqual([BigInt(found.cost)]);
      if (!struck) break;
    }
  }, 60_000);
}

test('while what was spent cannot be written nothing more is spent, what is free of charge and what is read goes on, and it is written when it can be', async () => {
  const { store, clock, directory, breakFor } = await staged('full');
  const [first, second] = [place(store, 'req_1', 100n), place(store, 'req_2', 100n)];
  await Promise.all([first.durable, second.durable]);
  breakFor(4);
  expect(await outcome(store.ledger.append(entry('req_1', 40n), first))).toBe('gateway-storage-failed');
  expect(outcomeOf(() => place(store, 'req_3', 1n))).toBe('gateway-storage-failed');
  expect(outcomeOf(() => place(store, 'req_4', 0n))).toBe('placed');
  expect((await store.ledger.requests({ limit: 5 })).data).toEqual([]);
  const later = outcome(store.ledger.append(entry('req_2', 50n), second));
  const [standing] = store.holds.standings({ kind: 'key', id: 'key_1' });
  expect(standing).toMatchObject({ spent: 90n, reserved: 0n });
  await clock.advance(10_000);
  expect(await later).toBe('gateway-storage-failed');
  expect(outcomeOf(() => place(store, 'req_5', 1n))).toBe('placed');
  const { data } = await store.ledger.requests({ limit: 5 });
  expect(data.map(({ requestId, cost }) => [requestId, cost])).toEqual([
    ['req_2', 50n],
    ['req_1', 40n],
  ]);
  expect((await store.holds.verify()).differences).toEqual([]);
  await store.close();
  expect(onDisk(directory).cost).toBe(90);
});

test('while what is durable cannot be brought to where it is read nothing more is spent, until it can', async () => {
  const { store, clock, breakFor } = await staged('behind');
  await store.ledger.append(entry('req_1', 40n), place(store, 'req_1', 100n));
  breakFor(1);
  await clock.advance(1_000);
  await turn();
  expect(outcomeOf(() => place(store, 'req_2', 1n))).toBe('gateway-storage-failed');
  expect(outcomeOf(() => place(store, 'req_2', 0n))).toBe('placed');
  await clock.advance(1_000);
  await turn();
  expect(outcomeOf(() => place(store, 'req_3', 1n))).toBe('placed');
  expect((await store.ledger.requests({ limit: 5 })).data).toHaveLength(1);
  await store.close();
});

test('whoever stops while nothing can be written finds at the next start what was under way, and charges it', async () => {
  const { store, directory, breakFor } = await staged('stop');
  const hold = place(store, 'req_1', 100n);
  await hold.durable;
  store.holds.checkpoint(hold, 70n);
  await place(store, 'req_2', 5n).durable;
  breakFor(100);
  expect(await outcome(store.ledger.append(entry('req_1', 80n), hold))).toBe('gateway-storage-failed');
  await store.close();
  const again = await openSqlite({ directory, clock: handClock(noon) });
  expect(again.holds.standings({ kind: 'key', id: 'key_1' })).toMatchObject([{ spent: 70n, reserved: 0n }]);
  expect(await again.holds.verify()).toEqual({ entries: 2, openHolds: 0, differences: [] });
  await again.close();
});

test('a start that is interrupted while it charges what was under way goes on where it ended', async () => {
  const first = await staged('start');
  for (let n = 0; n < 40; n += 1)
    await first.store.holds.place({ entry: entry(`req_${n}`, 4n), fit: () => 10n }).durable;
  await first.store.close();
  for (const at of [2, 3]) {
    await outcome(
      opened(first.directory, { at, mishap: 'dies after, again and again' }).then(({ store }) => store.close()),
    );
  }
  const { store } = await opened(first.directory);
  expect(store.holds.standings({ kind: 'key', id: 'key_1' })).toMatchObject([{ spent: 160n, reserved: 0n }]);
  expect(await store.holds.verify()).toEqual({ entries: 40, openHolds: 0, differences: [] });
  await store.close();
});

test('what was durable when the power went, and not in the tables yet, counts at the next start', async () => {
  const { store, directory } = await staged('power');
  await store.ledger.append(entry('req_1', 40n), place(store, 'req_1', 100n));
  await place(store, 'req_2', 30n).durable;
  const after = join(home, 'after-power');
  mkdirSync(after);
  for (const name of ['trestle.db', 'trestle.db-wal', 'trestle.db-ahead'])
    copyFileSync(join(directory, name), join(after, name));
  expect(onDisk(after)).toMatchObject({ ids: [], open: 0 });
  const again = await openSqlite({ directory: after, clock: handClock(noon) });
  expect(again.holds.standings({ kind: 'key', id: 'key_1' })).toMatchObject([{ spent: 40n, reserved: 0n }]);
  expect(await again.holds.verify()).toEqual({ entries: 2, openHolds: 0, differences: [] });
  await again.close();
  await store.close();
});

test('balances that do not say what the entries say are found, on the disk and in memory', async () => {
  const { store, directory } = await staged('wrong');
  await store.ledger.append(entry('req_1', 40n), place(store, 'req_1', 100n));
  expect((await store.holds.verify()).differences).toEqual([]);
  const database = new Database(join(directory, 'trestle.db'));
  database.run('update balances set spent = spent + 1');
  database.close();
  const { differences } = await store.holds.verify();
  expect(differences).toEqual([{ budgetId: 'budget_1', from: 0, kept: 41n, computed: 40n }]);
  await store.close();
  const again = await openSqlite({ directory, clock: handClock(noon) });
  expect((await again.holds.verify()).differences).toHaveLength(2);
  await again.close();
});

test('a balance that rolls is the same after a restart, whatever the clock was set to meanwhile', async () => {
  const budget = { ...exampleBudget, period: 'day', window: 'rolling', limit: 1_000n } as const;
  const directory = join(home, 'rolls');
  const at = (ms: number) => openSqlite({ directory, clock: handClock(noon + ms) });
  const before = await withTenants(await at(0));
  await before.keys.create({ ...exampleKey, budgets: [budget] });
  await before.ledger.append(entry('req_1', 40n), place(before, 'req_1', 100n));
  await before.close();
  const outcomes: unknown[] = [];
  for (const ms of [1_000, -90_000_000, 3_600_000, 86_000_000, 87_500_000]) {
    const store = await at(ms);
    if (ms < 0) await store.ledger.append(entry('req_2', 5n), place(store, 'req_2', 100n));
    const [standing] = store.holds.standings({ kind: 'key', id: 'key_1' });
    outcomes.push([ms, standing?.spent, (await store.holds.verify()).differences]);
    await store.close();
  }
  expect(outcomes).toEqual([
    [1_000, 40n, []],
    [-90_000_000, 45n, []],
    [3_600_000, 45n, []],
    [86_000_000, 45n, []],
    [87_500_000, 0n, []],
  ]);
});

test('when the clock is set ahead, what rolls is told from what is in a calendar, and both are what the entries say', async () => {
  const clock = { ...handClock(noon), ahead: 0 };
  const directory = join(home, 'ahead');
  const setClock = { ...clock, now: () => clock.now() + clock.ahead };
  const store = await withTenants(await openSqlite({ directory, clock: setClock }));
  const rolling = { ...exampleBudget, id: 'budget_2', period: 'day', window: 'rolling' } as const;
  await store.keys.create({ ...exampleKey, budgets: [{ ...exampleBudget, period: 'day' }, rolling] });
  await store.ledger.append(entry('req_1', 40n), place(store, 'req_1', 100n));
  clock.ahead = 90_000_000;
  await clock.advance(600_000);
  await store.ledger.append(entry('req_2', 2n), place(store, 'req_2', 100n));
  const spent = store.holds.standings({ kind: 'key', id: 'key_1' }).map((each) => each.spent);
  expect([spent, (await store.holds.verify()).differences]).toEqual([[2n, 42n], []]);
  await store.close();
});

test('balances of windows that are over are let go; when the clock is set back to them, they are counted from the entries', async () => {
  const directory = join(home, 'back');
  const at = (ms: number) => openSqlite({ directory, clock: handClock(noon + ms) });
  const before = await withTenants(await at(0));
  await before.keys.create({ ...exampleKey, budgets: [{ ...exampleBudget, period: 'day' }] });
  await before.ledger.append(entry('req_1', 40n), place(before, 'req_1', 100n));
  await before.close();
  const outcomes: unknown[] = [];
  for (const ms of [90_000_000, 90_001_000, 0]) {
    const store = await at(ms);
    const spent = store.holds.standings({ kind: 'key', id: 'key_1' })[0]?.spent;
    await store.close();
    outcomes.push([ms, spent, onDisk(directory).balances]);
  }
  expect(outcomes).toEqual([
    [90_000_000, 0n, 0],
    [90_001_000, 0n, 0],
    [0, 40n, 1],
  ]);
});

for (const mishap of mishaps) {
  test(`a budget that is taken up while a batch ${mishap} counts everything once, or is not in force`, async () => {
    for (let at = 1; ; at += 1) {
      const stage = await staged(`adopt-${mishap}-${at}`);
      await stage.store.ledger.append(entry('req_1', 40n), place(stage.store, 'req_1', 50n));
      const held = place(stage.store, 'req_2', 100n);
      await held.durable;
      stage.arm({ at, mishap });
      const appended = outcome(stage.store.ledger.append(entry('req_3', 3n), place(stage.store, 'req_3', 5n)));
      const other = { ...exampleBudget, id: 'budget_2' };
      const changed = outcome(stage.store.keys.update({ ...exampleKey, budgets: [other] }));
      for (let turn = 0; turn < 40; turn += 1) {
        await stage.clock.advance(1_000);
        await Bun.sleep(1);
      }
      await appended;
      const isInForce = (await changed) === 'kept';
      const struck = stage.struck();
      stage.arm(undefined);
      expect({ at, ...(await stage.store.holds.verify()) }).toMatchObject({ at, differences: [], openHolds: 1 });
      const [standing] = stage.store.holds.standings({ kind: 'key', id: 'key_1' });
      const told = [standing?.budget.id, standing?.spent, standing?.reserved];
      expect({ at, told }).toEqual({ at, told: [isInForce ? 'budget_2' : 'budget_1', 43n, 100n] });
      await stage.store.close();
      if (!struck) break;
    }
  }, 60_000);
}

test('what is not on the disk yet when a budget is taken up is counted all the same', async () => {
  const { store, pause, resume } = await staged('slow');
  pause();
  const appended = store.ledger.append(entry('req_1', 40n), place(store, 'req_1', 50n));
  const changed = store.keys.update({ ...exampleKey, budgets: [{ ...exampleBudget, id: 'budget_2' }] });
  await Bun.sleep(100);
  resume();
  await Promise.all([appended, changed]);
  expect(store.holds.standings({ kind: 'key', id: 'key_1' })).toMatchObject([{ spent: 40n }]);
  expect((await store.holds.verify()).differences).toEqual([]);
  await store.close();
});

/** Calls that are placed, checkpointed, released, settled and lost, sixteen at a time; answers the ids that were acknowledged. */
async function traffic({ store, clock }: Stage): Promise<readonly string[]> {
  const acknowledged: string[] = [];
  const call = async (id: string, n: number): Promise<void> => {
    let hold: Hold;
    try {
      hold = place(store, id, 100n);
    } catch (thrown) {
      if (thrown instanceof Failure && thrown.kind === 'gateway-storage-failed') return;
      throw thrown;
    }
    try {
      await hold.durable;
    } catch {
      return store.holds.release(hold);
    }
    if (n % 5 === 0) return store.holds.release(hold);
    if (n % 3 === 0) store.holds.checkpoint(hold, 10n);
    for (let turn = 0; turn < n % 4; turn += 1) await Promise.resolve();
    if ((await outcome(store.ledger.append(entry(id, BigInt(n)), hold))) === 'kept') acknowledged.push(id);
  };
  const calls = Promise.all(
    [0, 1, 2].flatMap((round) => Array.from({ length: 5 }, (_, n) => call(`req_${round}_${n}`, n + round))),
  );
  for (let turn = 0; turn < 20; turn += 1) await clock.advance(1_000);
  await calls;
  return acknowledged;
}

interface Stage {
  readonly store: Store;
  readonly clock: HandClock;
  readonly directory: string;
  readonly struck: () => boolean;
  /** The next batches cannot be written. */
  readonly breakFor: (batches: number) => void;
  readonly arm: (plan: Plan | undefined) => void;
  /** Nothing is written between the two. */
  readonly pause: () => void;
  readonly resume: () => void;
}

interface Plan {
  /** Which batch, from 1. */
  readonly at: number;
  readonly mishap: Mishap;
}

async function staged(name: string, plan?: Plan): Promise<Stage> {
  const directory = join(home, name.replaceAll(/[ ,]+/g, '-'));
  const before = await withTenants(await openSqlite({ directory, clock: handClock(noon) }));
  await before.keys.create({ ...exampleKey, budgets: [{ ...exampleBudget, limit: 1_000_000n }] });
  await before.close();
  const stage = await opened(directory);
  stage.arm(plan);
  return stage;
}

async function opened(directory: string, plan?: Plan): Promise<Stage> {
  const clock = handClock(noon);
  const faults = faulty();
  faults.arm(plan);
  const threads = { writer: faults.writer, reader: readerThread, soon: queueMicrotask };
  return { store: await openSqlite({ directory, clock, threads }), clock, directory, ...faults };
}

/** A writer in this thread that does what the plan says. */
function faulty() {
  let plan: Plan | undefined;
  let batches = 0;
  let broken = 0;
  let strokes = 0;
  let isPaused = false;
  const waiting: (() => void)[] = [];
  const last: { text?: string } = {};
  const writer =
    (path: string): StartWriter =>
    ({ said, died }) => {
      const committer = openCommitter(path, connect);
      let isOver = false;
      const answer = (text: string): void => {
        if (isOver) return;
        const isNew = last.text !== text;
        if (isNew) batches += 1;
        last.text = text;
        const isPlanned = plan !== undefined && batches === plan.at;
        const strikes = isPlanned && (isNew || (plan?.mishap.includes('again') === true && strokes < 3));
        if (strikes) strokes += 1;
        const receipt = receiptOf(text, strikes ? plan?.mishap : undefined);
        if (receipt !== undefined) said(receipt);
        else {
          isOver = true;
          committer.drop();
          died('told to');
        }
      };
      const receiptOf = (text: string, mishap: Mishap | undefined): Receipt | undefined => {
        if (text === '') return { kind: 'committed', refused: [] };
        if (mishap === 'broken' || broken > 0) {
          broken -= broken > 0 ? 1 : 0;
          return { kind: 'broken', cause: 'database or disk is full' };
        }
        if (mishap?.startsWith('dies before')) return undefined;
        const receipt = committer.commit(text);
        return mishap === undefined ? receipt : undefined;
      };
      return {
        post(text) {
          if (isPaused) waiting.push(() => answer(text));
          else queueMicrotask(() => queueMicrotask(() => answer(text)));
        },
        stop() {
          isOver = true;
          committer.close();
        },
      };
    };
  return {
    writer,
    struck: () => strokes > 0,
    breakFor(count: number) {
      broken = count;
    },
    pause() {
      isPaused = true;
    },
    resume() {
      isPaused = false;
      for (const act of waiting.splice(0)) act();
    },
    /** Batches are counted from now on. */
    arm(next: Plan | undefined) {
      plan = next;
      batches = 0;
      strokes = 0;
    },
  };
}

function place(store: Store, requestId: string, amount: bigint): Hold {
  return store.holds.place({ entry: entry(requestId, 0n), fit: () => amount });
}

function entry(requestId: string, cost: bigint): Entry {
  return { ...bareEntry, startedAt: noon, endedAt: noon, requestId, attempt: 1, provider: 'up', model: 'm', cost };
}

/** Of the event loop: what was written is told by then. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function outcome(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'kept',
    (thrown) => (thrown instanceof Failure ? thrown.kind : String(thrown)),
  );
}

function outcomeOf(act: () => unknown): string {
  try {
    act();
    return 'placed';
  } catch (thrown) {
    return thrown instanceof Failure ? thrown.kind : String(thrown);
  }
}

interface OnDisk {
  readonly ids: readonly string[];
  readonly cost: number;
  readonly open: number;
  readonly notes: number;
  readonly balances: number;
}

function onDisk(directory: string): OnDisk {
  const database = new Database(join(directory, 'trestle.db'), { readonly: true });
  const ids = database.query<{ request_id: string }, []>('select request_id from entries').all();
  const [sums] = database
    .query<Omit<OnDisk, 'ids'>, []>(
      `select (select ifnull(sum(cost), 0) from entries) as cost, (select count(*) from open_holds) as open,
        (select count(*) from hold_notes) as notes, (select count(*) from balances) as balances`,
    )
    .all();
  database.close();
  if (sums === undefined) throw new Error('no sums');
  return { ids: ids.map(({ request_id }) => request_id), ...sums };
}
