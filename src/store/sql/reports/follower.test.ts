import { afterAll, expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../core/ports.ts';
import { folded, variedEntries } from '../../contract-usage.ts';
import { openStore } from '../../open.ts';
import type { Store, UsageQuery } from '../../store.ts';
import { connectReadOnly } from '../connection.ts';
import type { Listeners } from '../thread.ts';
import { Follower, type FollowerNews } from './follower.ts';
import { readMark } from './shelf.ts';

const home = mkdtempSync(join(tmpdir(), 'trestle-follower-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('the thread begins with the first whole block and ends ten seconds after the last', () => {
  const { follower, threads, timers } = staged(0);
  for (let sequence = 1; sequence < 100; sequence += 1) follower.noted(sequence);
  expect(threads.length).toBe(0);
  follower.noted(100);
  follower.noted(101);
  expect(threads.map(({ asked }) => asked)).toEqual([1]);
  threads[0]?.say({ done: 100, newest: 101, more: true });
  threads[0]?.say({ done: 100, newest: 101, more: false });
  expect([...timers.keys()]).toEqual([10_000]);
  follower.noted(199);
  expect(threads.map(({ asked }) => asked)).toEqual([1]);
  follower.noted(200);
  expect([threads.map(({ asked }) => asked), timers.size]).toEqual([[2], 0]);
  threads[0]?.say({ done: 200, newest: 200, more: false });
  timers.get(10_000)?.();
  expect(threads[0]?.stopped).toBe(true);
});

test('what a start finds is taken up a second later, and long work says how far it is', () => {
  const { threads, timers, lines } = staged(10_000);
  expect([threads.length, [...timers.keys()]]).toEqual([0, [1_000]]);
  timers.get(1_000)?.();
  threads[0]?.say({ done: 0, newest: 10_000, more: true });
  threads[0]?.say({ done: 100, newest: 10_000, more: true });
  threads[0]?.say({ done: 10_000, newest: 10_000, more: true });
  threads[0]?.say({ done: 10_000, newest: 10_000, more: false });
  expect(lines).toEqual([
    'reports are being prepared, 0 % of the ledger; until then they take longer',
    'reports are prepared',
  ]);
});

test('a thread that dies is told to the operator, and another is tried a block later', () => {
  const { follower, threads, lines } = staged(0);
  follower.noted(100);
  threads[0]?.die();
  follower.noted(150);
  expect(threads.length).toBe(1);
  follower.noted(200);
  expect([threads.length, lines]).toEqual([2, ['what reports are made from cannot be kept up; they take longer']]);
  threads[1]?.say({ cause: 'the disk is full' });
  expect([threads[1]?.stopped, lines.length]).toEqual([true, 2]);
});

test('what is appended is taken up in the background, over a file that is none of ours too', async () => {
  const directory = join(home, 'garbage');
  mkdirSync(directory);
  writeFileSync(join(directory, 'reports.db'), 'this is no database, but a text of some length'.repeat(100));
  const store = await openStore({ directory, clock: realClock, reportBlock: 16 });
  const query: UsageQuery = { from: 0, to: 864e6, groupBy: ['key', 'tag'], bucket: 'day' };
  const entries = variedEntries();
  await append(store, 0, 60);
  expect(await store.ledger.usage(query)).toEqual(folded(entries.slice(0, 60), query));
  await append(store, 60, 120);
  await takenUp(directory, 112);
  expect(await store.ledger.usage(query)).toEqual(folded(entries, query));
  await store.close();
  rmSync(join(directory, 'reports.db'));
  const again = await openStore({ directory, clock: realClock, reportBlock: 16 });
  expect(await again.ledger.usage(query)).toEqual(folded(entries, query));
  await takenUp(directory, 112);
  expect(await again.ledger.usage(query)).toEqual(folded(entries, query));
  await again.close();
});

async function append(store: Store, from: number, to: number): Promise<void> {
  await Promise.all(
    variedEntries()
      .slice(from, to)
      .map((entry) => store.ledger.append(entry)),
  );
}

/** Waits, a few seconds at most, until a shelf goes up to a sequence. */
async function takenUp(directory: string, sequence: number): Promise<void> {
  const path = join(directory, 'reports.db');
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if (existsSync(path)) {
      try {
        const shelf = connectReadOnly(path);
        const mark = readMark(shelf, 'entries').sequence;
        shelf.close();
        if (mark >= sequence) return;
      } catch {
        // It is not made yet.
      }
    }
    await Bun.sleep(20);
  }
  throw new Error(`the entries up to ${sequence} were not taken up in ten seconds`);
}

const realClock: Clock = {
  now: () => 0,
  monotonic: () => 0,
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

class StagedThread {
  readonly #listeners: Listeners<FollowerNews>;
  asked = 0;
  stopped = false;

  constructor(listeners: Listeners<FollowerNews>) {
    this.#listeners = listeners;
  }

  post(): void {
    this.asked += 1;
  }

  stop(): void {
    this.stopped = true;
  }

  say(news: FollowerNews): void {
    this.#listeners.said(news);
  }

  die(): void {
    this.#listeners.died('told to');
  }
}

/** A follower whose threads do as they are told, and whose timers are rung by hand. */
function staged(last: number) {
  const timers = new Map<number, () => void>();
  const threads: StagedThread[] = [];
  const lines: string[] = [];
  const log = {
    info: (message: string) => void lines.push(message),
    warn: (message: string) => void lines.push(message),
  };
  const after: Clock['after'] = (ms, act) => {
    timers.set(ms, act);
    return () => timers.delete(ms);
  };
  const start = (listeners: Listeners<FollowerNews>): StagedThread => {
    const thread = new StagedThread(listeners);
    threads.push(thread);
    return thread;
  };
  const clock = { now: () => 0, monotonic: () => 0, after };
  const follower = new Follower({ start, clock, log, blockSize: 100 }, last);
  return { follower, threads, timers, lines };
}
