import { afterEach, describe, expect, test } from 'bun:test';
import type { Json } from '../../src/core/json.ts';
import type { Receipt } from '../../src/store/sql/batch.ts';
import { readerThread } from '../../src/store/sql/reader.ts';
import type { Threads } from '../../src/store/sql/sqlite.ts';
import type { Listeners } from '../../src/store/sql/thread.ts';
import { writerThread } from '../../src/store/sql/writer.ts';
import { honestUpstream } from './honest-upstream.ts';
import type { TestHouse } from './house.ts';
import { asking, expectBooksClosed, key, type Payer, payer } from './paying.ts';
import { payingHouses } from './paying-houses.ts';

const { scene, closeAll } = payingHouses();
afterEach(closeAll);

describe('a disk that hangs while money is being held', () => {
  const ends = [
    ['the deadline', 'deadline-exceeded', 504, 'The call took longer than the 1000 ms it was given'],
    ['its caller leaving', 'caller-gone', 499, 'The caller closed the connection.'],
  ] as const;
  for (const [what, failure, status, words] of ends) {
    test(`holds a call no longer than ${what}: nobody is asked, and what was held is free at once and for ever`, async () => {
      const { house, upstream, disk, who } = await hangingScene();
      const caller = new AbortController();
      const answer = begun(who, caller.signal);
      await disk.waitedFor();
      expect(who.standings()).toMatchObject([{ reserved: expect.any(BigInt) }]);
      expect(who.standings()[0]?.reserved).toBeGreaterThan(0n);
      if (failure === 'caller-gone') caller.abort();
      await house.clock.advance(failure === 'caller-gone' ? 500 : 1_000);
      const response = await answer;
      const { error } = (await response.json()) as { error: { message: string } };
      expect([response.status, error.message]).toEqual([status, expect.stringContaining(words)]);
      expect(who.standings()).toMatchObject([{ reserved: 0n, spent: 0n }]);
      disk.goOn();
      await expectBooksClosed(house, key(who.id));
      expect(upstream.sent).toBeEmpty();
      expect(await house.records()).toMatchObject([{ failure, attempts: 0, cost: 0n }]);
      expect(who.standings()).toMatchObject([{ reserved: 0n, spent: 0n }]);
    });
  }

  test('and then fails: the call ended before, its money is free, and the next one is paid for', async () => {
    const { house, upstream, disk, who } = await hangingScene();
    const answer = begun(who);
    await disk.waitedFor();
    await house.clock.advance(1_000);
    expect((await answer).status).toBe(504);
    disk.fail();
    expect(who.standings()).toMatchObject([{ reserved: 0n, spent: 0n }]);
    await house.clock.advance(5_000);
    expect((await who.ask(asking({ max_tokens: 10 }))).status).toBe(200);
    await expectBooksClosed(house, key(who.id));
    expect(upstream.sent).toHaveLength(1);
    expect(who.standings()).toMatchObject([{ reserved: 0n }]);
  });

  test('and goes on in time costs nobody the call', async () => {
    const { house, upstream, disk, who } = await hangingScene();
    const answer = begun(who);
    await disk.waitedFor();
    await house.clock.advance(999);
    disk.goOn();
    expect((await answer).status).toBe(200);
    await house.clock.advance(10_000);
    await expectBooksClosed(house, key(who.id));
    expect(upstream.sent).toHaveLength(1);
  });
});

interface Disk {
  readonly threads: Threads;
  hang(): void;
  /** Resolves when something was to be written meanwhile. */
  waitedFor(): Promise<void>;
  /** Writes what waits. */
  goOn(): void;
  /** What waits is not written, and neither is it known when it could be. */
  fail(): void;
}

/** The real thread, which gets nothing to write while its disk hangs. */
function disk(): Disk {
  let hangs = false;
  let waiting: string[] = [];
  let post: (text: string) => void = () => undefined;
  let told: Listeners<Receipt> | undefined;
  return {
    threads: {
      reader: readerThread,
      writer: (path) => (listeners) => {
        told = listeners;
        const thread = writerThread(path)(listeners);
        post = thread.post;
        return { stop: thread.stop, post: (text) => void (hangs ? waiting.push(text) : post(text)) };
      },
    },
    hang() {
      hangs = true;
    },
    async waitedFor() {
      while (waiting.length === 0) await Bun.sleep(1);
    },
    goOn() {
      hangs = false;
      for (const text of waiting.splice(0)) post(text);
    },
    fail() {
      hangs = false;
      waiting = [];
      told?.said({ kind: 'broken', cause: 'the disk is gone' });
    },
  };
}

async function hangingScene() {
  const slow = disk();
  const { house, upstream } = await scene(honestUpstream(), { store: 'sqlite', threads: slow.threads });
  const who = await payer(house, { limit_usd: '1' });
  slow.hang();
  return { house, upstream, disk: slow, who } satisfies { house: TestHouse; disk: Disk; who: Payer; upstream: unknown };
}

function begun({ ask }: Payer, signal?: AbortSignal): Promise<Response> {
  const body: Json = asking({ max_tokens: 10 });
  return ask(body, { headers: { 'x-trestle-timeout-ms': '1000' }, ...(signal && { signal }) });
}
