import { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handClock } from '../../../test/fakes/hand-clock.ts';
import { Failure } from '../../core/failure.ts';
import { bareEntry } from '../contract-examples.ts';
import type { Batch, Receipt } from './batch.ts';
import { type Committer, openCommitter } from './committer.ts';
import { connect } from './connection.ts';
import { makeDirectory, privateFile } from './directory.ts';
import { entryRow } from './entry.ts';
import { migrate } from './migration.ts';
import { migrations } from './migrations/index.ts';
import type { Listeners } from './thread.ts';
import { Writer, writerThread } from './writer.ts';

const clock = handClock();
const home = mkdtempSync(join(tmpdir(), 'trestle-writer-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('what comes while a commit is under way shares the next one', async () => {
  const { writer, threads } = staged('group');
  const [thread] = await posted(threads, () => [append(writer, 1), append(writer, 2)]);
  const later = [append(writer, 3), append(writer, 4), append(writer, 5)];
  thread.commit();
  await Promise.resolve();
  thread.commit();
  await Promise.all(later);
  expect(thread.sizes).toEqual([2, 3]);
});

test('entries are told to be durable in the order in which they were appended', async () => {
  const { writer, threads } = staged('order');
  const told: number[] = [];
  const [thread] = await posted(threads, () => [1, 2, 3].map((n) => append(writer, n).then(() => told.push(n))));
  const later = [4, 5].map((n) => append(writer, n).then(() => told.push(n)));
  thread.commit();
  await Promise.resolve();
  thread.commit();
  await Promise.all(later);
  expect(told).toEqual([1, 2, 3, 4, 5]);
});

for (const committed of [false, true]) {
  const when = committed ? 'after its commit, before it could say so' : 'before its commit';
  test(`a thread that dies ${when} is replaced, and its entries are there once`, async () => {
    const { writer, threads, path } = staged(`death-${committed}`);
    let promises: readonly Promise<void>[] = [];
    const [thread] = await posted(threads, () => {
      promises = [append(writer, 1), append(writer, 2)];
      return promises;
    });
    const later = append(writer, 3);
    if (committed) thread.commitInSilence();
    thread.die();
    threads[1]?.commit();
    await Promise.resolve();
    threads[1]?.commit();
    await Promise.all([...promises, later]);
    threads[1]?.stop();
    expect(sequences(path)).toEqual([1, 2, 3]);
  });
}

test('a batch of which three threads died is refused, and what comes after it is written', async () => {
  const { writer, threads, path } = staged('poison');
  let outcome: Promise<string> | undefined;
  await posted(threads, () => {
    outcome = kindOf(append(writer, 1));
    return [outcome];
  });
  for (const n of [0, 1, 2]) threads[n]?.die();
  expect(await outcome).toBe('gateway-storage-failed');
  const after = append(writer, 2);
  await Promise.resolve();
  threads[3]?.commit();
  await after;
  threads[3]?.stop();
  expect([threads.length, sequences(path)]).toEqual([4, [2]]);
});

test('a thread that died while nothing was to do is replaced when there is', async () => {
  const { writer, threads, path } = staged('idle-death');
  let first: Promise<void> | undefined;
  const [thread] = await posted(threads, () => {
    first = append(writer, 1);
    return [first];
  });
  thread.commit();
  await first;
  thread.die();
  const second = append(writer, 2);
  await Promise.resolve();
  threads[1]?.commit();
  await second;
  threads[1]?.stop();
  expect(sequences(path)).toEqual([1, 2]);
});

test('when the disk stops, what waits is bounded and the rest is refused at once', async () => {
  const { writer } = staged('stopped');
  const promises = Array.from({ length: 20_001 }, (_, n) => kindOf(append(writer, n + 1)));
  expect(await promises.at(-1)).toBe('gateway-storage-failed');
});

test('a thread that is killed again and again loses nothing and repeats nothing', async () => {
  const path = database('killed');
  const start = writerThread(path);
  const kills: (() => void)[] = [];
  const writer = new Writer((listeners) => {
    const thread = start(listeners);
    kills.push(() => {
      thread.stop();
      listeners.died('killed by the test');
    });
    return thread;
  }, clock);
  let last = 0;
  const caller = async (): Promise<void> => {
    while (kills.length < 8) {
      last += 1;
      const mine = last;
      await append(writer, mine);
      if (mine % 97 === 0) kills.at(-1)?.();
    }
  };
  await Promise.all(Array.from({ length: 16 }, caller));
  await writer.close();
  expect(sequences(path)).toEqual(Array.from({ length: last }, (_, n) => n + 1));
});

test('a thread that cannot run at all is an answer, not a silence', async () => {
  const writer = new Writer(writerThread(join(home, 'nowhere', 'trestle.db')), clock);
  expect(await kindOf(append(writer, 1))).toBe('gateway-storage-failed');
  await writer.close();
});

/** A writer whose threads do only what they are told. */
function staged(name: string): { readonly writer: Writer; readonly threads: StagedThread[]; readonly path: string } {
  const path = database(name);
  const threads: StagedThread[] = [];
  const writer = new Writer(
    (listeners) => {
      const thread = new StagedThread(openCommitter(path, connect), listeners);
      threads.push(thread);
      return thread;
    },
    clock,
    queueMicrotask,
  );
  return { writer, threads, path };
}

class StagedThread {
  readonly sizes: number[] = [];
  readonly #committer: Committer;
  readonly #listeners: Listeners<Receipt>;
  #text: string | undefined;

  constructor(committer: Committer, listeners: Listeners<Receipt>) {
    this.#committer = committer;
    this.#listeners = listeners;
  }

  post(text: string): void {
    const batch: Batch = JSON.parse(text);
    this.sizes.push(batch.entries.length + batch.writes.length);
    this.#text = text;
  }

  commit(): void {
    if (this.#text !== undefined) this.#listeners.said(this.#committer.commit(this.#text));
  }

  commitInSilence(): void {
    if (this.#text !== undefined) this.#committer.commit(this.#text);
  }

  die(): void {
    this.#committer.drop();
    this.#listeners.died('told to');
  }

  stop(): void {
    this.#committer.close();
  }
}

/** Does something that makes a thread start; resolves when it has its first batch. */
async function posted(
  threads: readonly StagedThread[],
  act: () => readonly Promise<unknown>[],
): Promise<[StagedThread]> {
  act();
  await Promise.resolve();
  const [thread] = threads;
  if (thread === undefined) throw new Error('no thread was started');
  return [thread];
}

function append(writer: Writer, sequence: number): Promise<void> {
  return writer.append(entryRow(sequence, { ...bareEntry, requestId: `req_${sequence}` }));
}

function kindOf(promise: Promise<void>): Promise<string> {
  return promise.then(
    () => 'written',
    (thrown) => (thrown instanceof Failure ? thrown.kind : String(thrown)),
  );
}

function sequences(path: string): readonly unknown[] {
  const connection = new Database(path, { readonly: true });
  const rows = connection.query<{ sequence: number }, []>('select sequence from entries order by sequence').all();
  connection.close();
  return rows.map(({ sequence }) => sequence);
}

/** The path of a new database with the schema in it. */
function database(name: string): string {
  const directory = join(home, name);
  makeDirectory(directory);
  const path = privateFile(directory, 'trestle.db');
  const connection = connect(path);
  migrate(connection, migrations);
  connection.close();
  return path;
}
