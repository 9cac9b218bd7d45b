import { describe, expect, test } from 'bun:test';
import {
  fakeCall,
  fakePrincipal,
  fakeReceived,
  fakeReply,
  nothingSeen,
  targetA,
  targetB,
} from '../../test/fakes/calls.ts';
import { fakeStore } from '../../test/fakes/store.ts';
import type { Authenticated, Call, Metered } from '../core/call.ts';
import { Failure } from '../core/failure.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { Outcome, Reply, Sight, StreamChunk } from '../core/reply.ts';
import type { RequestRecord } from '../store/store.ts';
import type { Journaled } from './journal.ts';
import { meter } from './meter.ts';

const clock: Clock = { now: () => 5_000, monotonic: () => 250, after: () => () => undefined };
const log: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const usage = { tokens: { input: 10, output: 5 } };

type Inner = (call: Call & Authenticated & Journaled) => Promise<Reply>;

/** Runs one call through a meter around `inner`; gives the reply and what the books say afterwards. */
async function run(inner: Inner) {
  const { ledger } = fakeStore();
  const handle = meter({ ledger, clock, log })(inner);
  const reply = await handle({ ...fakeCall(), ...fakePrincipal }).catch((thrown: unknown) => thrown);
  const records = async (): Promise<readonly RequestRecord[]> => (await ledger.requests({ limit: 10 })).data;
  return { reply, records };
}

/** An inner step that reads the request and asks one target. */
function asking(answer: (call: Call & Metered) => Promise<Reply> | Reply): Inner {
  return async (call) => {
    call.journal.received(fakeReceived());
    (await call.journal.begin(targetA)).answered({ status: 200, requestId: 'up_1' });
    return await answer(call);
  };
}

function streamReply(sights: readonly Sight[], ended: Outcome[]): Reply {
  const watchers: ((chunk: StreamChunk) => void)[] = [];
  const left = sights.map((sight): StreamChunk => ({ events: [], sight }));
  return {
    kind: 'stream',
    origin: { provider: 'a', model: 'm1', attempts: 1, lost: [], emulated: [], headers: {} },
    chunks: {
      async next() {
        const value = left.shift();
        if (value === undefined) return { done: true, value: undefined };
        for (const watch of watchers) watch(value);
        return { done: false, value };
      },
    },
    observe: (watch) => void watchers.push(watch),
    end: async (outcome) => void ended.push(outcome),
  };
}

async function drained(reply: unknown, outcome: Outcome): Promise<void> {
  const stream = reply as Reply & { kind: 'stream' };
  while ((await stream.chunks.next()).done !== true);
  await stream.end(outcome);
}

describe('the meter', () => {
  test('writes a whole call with the provider’s own count, and says the cost in a header', async () => {
    const { reply, records } = await run(asking(() => fakeReply({ ...nothingSeen, usage, terminal: true })));
    expect((reply as Reply).origin.headers).toEqual({ 'x-trestle-cost-usd': '0.00002' });
    expect(await records()).toMatchObject([
      {
        requestId: 'req_1',
        keyId: 'key_1',
        provider: 'a',
        model: 'm1',
        requestedModel: 'm',
        status: 200,
        outcome: 'complete',
        usage,
        basis: 'reported',
        cost: 20_000n,
        attempts: 1,
        upstreamRequestId: 'up_1',
        latencyMs: 250,
        flags: [],
      },
    ]);
  });

  test('counts for itself and says so when the provider gives no usage', async () => {
    const { records } = await run(
      asking(() => fakeReply({ ...nothingSeen, terminal: true, producedBytes: 41, producedFrames: 1 })),
    );
    expect(await records()).toMatchObject([
      { basis: 'estimated', flags: ['usage-estimated'], usage: { tokens: { output: 11 } } },
    ]);
  });

  test('does not believe zero of an answer that has output, but does of one that has none', async () => {
    const zero = { tokens: { input: 0, output: 0 } };
    const lying = await run(
      asking(() => fakeReply({ usage: zero, terminal: true, producedBytes: 8, producedFrames: 1 })),
    );
    expect(await lying.records()).toMatchObject([{ basis: 'estimated' }]);
    const honest = await run(asking(() => fakeReply({ ...nothingSeen, usage: zero, terminal: true })));
    expect(await honest.records()).toMatchObject([{ basis: 'reported', cost: 0n }]);
  });

  test('leaves the cost open and flags it where nobody knows the price', async () => {
    const { reply, records } = await run(async (call) => {
      call.journal.received(fakeReceived());
      await call.journal.begin(targetB);
      return fakeReply({ ...nothingSeen, usage, terminal: true });
    });
    const [record] = await records();
    expect(record).toMatchObject({ provider: 'b', flags: ['price-unknown'] });
    expect(record?.cost).toBeUndefined();
    expect((reply as Reply).origin.headers).toEqual({});
  });

  test('writes a refusal of a known caller, with no target and no cost', async () => {
    const { reply, records } = await run(async () => {
      throw new Failure('model-unknown', 'no such model');
    });
    expect(reply).toMatchObject({ kind: 'model-unknown' });
    expect(await records()).toMatchObject([
      { outcome: 'refused', failure: 'model-unknown', status: 404, cost: 0n, basis: 'none', attempts: 0 },
    ]);
  });

  test('writes each attempt, and charges nothing for those that came to nothing', async () => {
    const { records } = await run(async (call) => {
      call.journal.received(fakeReceived());
      (await call.journal.begin(targetB)).failed(new Failure('provider-failed', 'no'));
      (await call.journal.begin(targetA)).answered({ status: 200 });
      return fakeReply({ ...nothingSeen, usage, terminal: true });
    });
    expect(await records()).toMatchObject([{ attempts: 2, provider: 'a', cost: 20_000n, status: 200 }]);
  });

  test('charges an attempt that came to nothing for what was seen of it, whoever answers in the end', async () => {
    const failure = new Failure('provider-overloaded', 'one of three');
    const seen = { ...nothingSeen, usage };
    const failed = await run(async (call) => {
      call.journal.received(fakeReceived());
      (await call.journal.begin(targetA)).failed(failure, seen);
      throw failure;
    });
    expect(await failed.records()).toMatchObject([
      { outcome: 'failed', status: 503, basis: 'reported', cost: 20_000n },
    ]);
    const followed = await run(async (call) => {
      call.journal.received(fakeReceived());
      (await call.journal.begin(targetA)).failed(failure, seen);
      (await call.journal.begin(targetA)).answered({ status: 200 });
      return fakeReply({ ...nothingSeen, usage, terminal: true });
    });
    expect(await followed.records()).toMatchObject([{ attempts: 2, status: 200, cost: 40_000n }]);
  });

  test('writes what an answer lost behind what its request lost, each thing once', async () => {
    const { records } = await run(async (call) => {
      call.journal.received(fakeReceived());
      call.journal.lost({ path: 'logit_bias', why: 'unsupported' });
      (await call.journal.begin(targetA)).answered({ status: 200 });
      for (let frame = 0; frame < 3; frame++) {
        call.journal.answerLost({ path: 'choices[0].finish.stop', why: 'unsupported' });
      }
      return fakeReply({ ...nothingSeen, usage, terminal: true });
    });
    expect(await records()).toMatchObject([
      {
        lost: [
          { path: 'logit_bias', why: 'unsupported' },
          { path: 'answer.choices[0].finish.stop', why: 'unsupported' },
        ],
      },
    ]);
  });

  test('charges the input of a call whose caller left before an answer began, and nothing after an error status', async () => {
    const left = await run(asking(() => Promise.reject(new Failure('caller-gone', 'left'))));
    expect(await left.records()).toMatchObject([{ outcome: 'aborted', status: 499, basis: 'estimated' }]);
    const failed = await run(asking(() => Promise.reject(new Failure('provider-failed', '500'))));
    expect(await failed.records()).toMatchObject([{ outcome: 'failed', status: 502, basis: 'none', cost: 0n }]);
  });

  test('sums up a stream and writes it once, when the door says how it ended', async () => {
    const ended: Outcome[] = [];
    const { reply, records } = await run(
      asking(() =>
        streamReply(
          [
            { ...nothingSeen, producedBytes: 4, producedFrames: 1 },
            { ...nothingSeen, usage, terminal: true },
          ],
          ended,
        ),
      ),
    );
    expect(await records()).toEqual([]);
    await drained(reply, { kind: 'complete' });
    expect(ended).toEqual([{ kind: 'complete' }]);
    expect(await records()).toMatchObject([{ outcome: 'complete', usage, basis: 'reported', cost: 20_000n }]);
  });

  test('charges an aborted stream for what was produced and what may have been under way', async () => {
    const { reply, records } = await run(
      asking(() => streamReply([{ ...nothingSeen, producedBytes: 40, producedFrames: 3 }], [])),
    );
    await drained(reply, { kind: 'aborted' });
    expect(await records()).toMatchObject([
      {
        outcome: 'aborted',
        failure: 'caller-gone',
        status: 200,
        basis: 'estimated',
        usage: { tokens: { output: 10 + 128 } },
      },
    ]);
  });

  test('charges an aborted stream the input that was told at its start', async () => {
    const told = { ...nothingSeen, usage: { tokens: { input: 7, cachedInput: 30 } } };
    const { reply, records } = await run(
      asking(() => streamReply([told, { ...nothingSeen, producedBytes: 40, producedFrames: 3 }], [])),
    );
    await drained(reply, { kind: 'aborted' });
    expect(await records()).toMatchObject([
      {
        basis: 'estimated',
        usage: { tokens: { input: 7, cachedInput: 30, output: 10 + 128 } },
        flags: ['usage-estimated'],
      },
    ]);
  });

  test('does not believe an input of nothing where there is output', async () => {
    const nothing = { ...nothingSeen, usage: { tokens: { input: 0, output: 0 } } };
    const { reply, records } = await run(asking(() => streamReply([{ ...nothing, producedBytes: 40 }], [])));
    await drained(reply, { kind: 'complete' });
    expect(await records()).toMatchObject([{ basis: 'estimated', usage: { tokens: { input: 1, output: 10 } } }]);
  });
});
