import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../core/ports.ts';
import { connect } from './connection.ts';
import { privateFile } from './directory.ts';
import { type Answer, type Question, Reader, readerThread, type StartReader } from './reader.ts';
import type { Listeners } from './thread.ts';

const home = mkdtempSync(join(tmpdir(), 'trestle-reader-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('the thread begins with the first question and ends half a minute after the last answer', async () => {
  const { clock, timers } = handClock();
  const { start, threads } = stagedThreads();
  const reader = new Reader(start, clock);
  expect(threads.length).toBe(0);
  const first = reader.query('a', [1]);
  const second = reader.query('b', []);
  expect(threads.map(({ asked }) => asked)).toEqual([
    [
      { id: 1, sql: 'a', parameters: [1] },
      { id: 2, sql: 'b', parameters: [] },
    ],
  ]);
  threads[0]?.say({ id: 2, rows: [{ b: 2 }] });
  expect(timers.size).toBe(0);
  threads[0]?.say({ id: 1, rows: [{ a: 1 }] });
  expect([await first, await second]).toEqual([[{ a: 1 }], [{ b: 2 }]]);
  expect([...timers.keys()]).toEqual([30_000]);
  timers.get(30_000)?.();
  expect(threads[0]?.stopped).toBe(true);
  const third = reader.query('c', []);
  threads[1]?.say({ id: 3, rows: [] });
  expect(await third).toEqual([]);
});

test('a question keeps the thread from ending', () => {
  const { clock, timers } = handClock();
  const { start, threads } = stagedThreads();
  const reader = new Reader(start, clock);
  const ask = (): void => void reader.query('a', []).catch(() => undefined);
  ask();
  threads[0]?.say({ id: 1, rows: [] });
  ask();
  expect([timers.size, threads[0]?.stopped]).toEqual([0, false]);
  reader.close();
});

test('when the thread dies its questions fail, and the next one is asked of another', async () => {
  const { start, threads } = stagedThreads();
  const reader = new Reader(start, handClock().clock);
  const lost = [reader.query('a', []), reader.query('b', [])].map((promise) => promise.catch(({ kind }) => kind));
  threads[0]?.die();
  expect(await Promise.all(lost)).toEqual(['gateway-storage-failed', 'gateway-storage-failed']);
  const next = reader.query('c', []);
  threads[1]?.say({ id: 3, rows: [{ c: 3 }] });
  expect(await next).toEqual([{ c: 3 }]);
});

test('a statement that fails is one failure, whose cause is for the log', async () => {
  const path = privateFile(home, 'trestle.db');
  connect(path).close();
  const reader = new Reader(readerThread(path), handClock().clock);
  const failure = await reader.query('select * from nowhere', []).catch((thrown) => thrown);
  expect([failure.kind, failure.message.includes('nowhere'), failure.details.cause.message]).toEqual([
    'gateway-storage-failed',
    false,
    'no such table: nowhere',
  ]);
  expect(await reader.query('select ? as text, ? as absent', ['\u0000😀', null])).toEqual([
    { text: '\u0000😀', absent: null },
  ]);
  reader.close();
});

test('the reading thread cannot write', async () => {
  const path = privateFile(home, 'trestle.db');
  const reader = new Reader(readerThread(path), handClock().clock);
  const failure = await reader.query('create table mine (x integer)', []).catch((thrown) => thrown);
  expect(failure.details.cause.message).toBe('attempt to write a readonly database');
  reader.close();
});

test('a database that cannot be opened is an answer, not a silence', async () => {
  const reader = new Reader(readerThread(join(home, 'nowhere', 'trestle.db')), handClock().clock);
  expect(await reader.query('select 1', []).catch(({ kind }) => kind)).toBe('gateway-storage-failed');
  reader.close();
});

/** A clock that stands still; its timers are rung by hand. */
function handClock(): { readonly clock: Clock; readonly timers: Map<number, () => void> } {
  const timers = new Map<number, () => void>();
  const after: Clock['after'] = (ms, act) => {
    timers.set(ms, act);
    return () => timers.delete(ms);
  };
  return { clock: { now: () => 0, monotonic: () => 0, after }, timers };
}

class StagedThread {
  readonly asked: Question[] = [];
  readonly #listeners: Listeners<Answer>;
  stopped = false;

  constructor(listeners: Listeners<Answer>) {
    this.#listeners = listeners;
  }

  post(text: string): void {
    this.asked.push(JSON.parse(text));
  }

  stop(): void {
    this.stopped = true;
  }

  say(answer: Answer): void {
    this.#listeners.said(answer);
  }

  die(): void {
    this.#listeners.died('told to');
  }
}

function stagedThreads(): { readonly start: StartReader; readonly threads: StagedThread[] } {
  const threads: StagedThread[] = [];
  const start: StartReader = (listeners) => {
    const thread = new StagedThread(listeners);
    threads.push(thread);
    return thread;
  };
  return { start, threads };
}
