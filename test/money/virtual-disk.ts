import type { Database } from 'bun:sqlite';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/store/open.ts';
import type { Receipt } from '../../src/store/sql/batch.ts';
import { type Committer, openCommitter } from '../../src/store/sql/committer.ts';
import { connect, connectReadOnly } from '../../src/store/sql/connection.ts';
import type { StartReader } from '../../src/store/sql/reader.ts';
import { openReading, type Reading } from '../../src/store/sql/reading.ts';
import type { Threads } from '../../src/store/sql/sqlite.ts';
import type { StartWriter } from '../../src/store/sql/writer.ts';
import type { Store } from '../../src/store/store.ts';
import type { Chance } from './chance.ts';
import type { Life, World } from './world.ts';

/** The real store over the real SQLite, whose threads take virtual time, and of which a crash leaves what was committed. */
export interface LivingStore {
  readonly store: Store;
  readonly path: string;
  /** The power is gone: what was not committed is lost, what was committed may not have been told to anybody. */
  crash(): void;
}

export interface DiskOptions {
  readonly world: World;
  readonly life: Life;
  readonly chance: Chance;
  /** Each life has a folder of its own; what the one before it left is copied. */
  readonly directory: string;
  readonly before?: string;
}

export async function openLivingStore({ world, life, chance, directory, before }: DiskOptions): Promise<LivingStore> {
  mkdirSync(directory, { recursive: true });
  if (before !== undefined)
    for (const file of ['trestle.db', 'trestle.db-wal', 'trestle.db-ahead'])
      if (existsSync(join(before, file))) copyFileSync(join(before, file), join(directory, file));
  const open: (() => void)[] = [];
  const commitMs = (): number => (chance.happens(0.03) ? chance.whole(20, 400) : chance.fraction() * 4);
  const threads: Threads = {
    writer: (path) => virtualWriter(path, { world, life, commitMs, open }),
    soon: queueMicrotask,
    reader: (path) => virtualReader(path, { world, life, open }),
  };
  const opening = openStore({ directory, clock: life.clock, threads });
  let opened: Store | undefined;
  let failed: unknown;
  opening.then(
    (store) => {
      opened = store;
    },
    (thrown) => {
      failed = thrown;
    },
  );
  await world.settle();
  // Its first writes take virtual time, while nothing else happens in the house.
  while (opened === undefined && failed === undefined) if (!(await world.step())) await Bun.sleep(1);
  if (opened === undefined) throw failed;
  return {
    store: opened,
    path: join(directory, 'trestle.db'),
    crash() {
      life.end();
      for (const leave of open.splice(0)) leave();
    },
  };
}

interface Running {
  readonly world: World;
  readonly life: Life;
  readonly open: (() => void)[];
}

/** Commits in this thread, some time later, and tells of it some time after that. */
function virtualWriter(
  path: string,
  { world, life, commitMs, open }: Running & { readonly commitMs: () => number },
): StartWriter {
  return (listeners) => {
    const committer: Committer = openCommitter(path, connect);
    open.push(committer.drop);
    const tell = (receipt: Receipt, ms: number): void =>
      void life.clock.after(ms, () => {
        world.stir();
        listeners.said(receipt);
      });
    return {
      post(text) {
        if (life.over) return;
        if (text === '') return tell({ kind: 'committed', refused: [] }, 0);
        life.clock.after(commitMs(), () => tell(committer.commit(text), commitMs() / 4));
      },
      stop: () => committer.close(),
    };
  };
}

function virtualReader(path: string, { world, life, open }: Running): StartReader {
  return (listeners) => {
    let database: Database | undefined;
    let reading: Reading | undefined;
    const leave = (): void => {
      database?.close();
      [database, reading] = [undefined, undefined];
    };
    open.push(leave);
    return {
      post(text) {
        reading ??= openReading(path, () => {
          database = connectReadOnly(path);
          return database;
        });
        const said = reading.answer(JSON.parse(text));
        life.clock.after(1, () => {
          world.stir();
          listeners.said(said);
        });
      },
      stop: leave,
    };
  };
}
