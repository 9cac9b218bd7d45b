import { describe, expect, test } from 'bun:test';
import { fakeCall, fakeJournal, fakeReply, targetA } from '../../test/fakes/calls.ts';
import { handClock } from '../../test/fakes/hand-clock.ts';
import { Failure, type FailureDetails, type FailureKind } from '../core/failure.ts';
import type { Ids } from '../core/ports.ts';
import { retry } from './retry.ts';

const ids: Ids = { make: (prefix) => `${prefix}_1`, secret: (prefix) => `${prefix}x`, chance: () => 0.5 };
const options = { attempts: 3, maxDelayMs: 10_000 };

/** A target that fails in these ways in turn and then answers; `asked` tells when, in milliseconds. */
function target(ways: readonly (readonly [FailureKind, FailureDetails?])[], changes = options) {
  const clock = handClock();
  const asked: number[] = [];
  const flags: string[] = [];
  const journal = fakeJournal(flags);
  const handle = retry(
    { clock, ids },
    changes,
  )(async () => {
    const way = ways[asked.length];
    asked.push(clock.monotonic());
    if (way !== undefined) throw new Failure(way[0], 'no', way[1]);
    return fakeReply();
  });
  const call = (signal?: AbortSignal) =>
    handle({ ...fakeCall(signal === undefined ? {} : { signal }), journal, target: targetA }).then(
      () => 'answered',
      (thrown: Failure) => thrown.kind,
    );
  return { clock, asked, flags, call };
}

describe('retry', () => {
  test('asks the same target again after growing waits', async () => {
    const { clock, asked, call } = target([['provider-failed'], ['provider-unreachable']]);
    const answer = call();
    await clock.advance(1_000);
    expect(await answer).toBe('answered');
    expect(asked).toEqual([0, 25, 75]);
  });

  test('waits as long as the provider asks for, and not at all for one that asks for too long', async () => {
    const patient = target([['provider-rate-limited', { retryAfterMs: 3_000 }]]);
    const answer = patient.call();
    await patient.clock.advance(3_000);
    expect(await answer).toBe('answered');
    expect(patient.asked).toEqual([0, 3_000]);

    const endless = target([['provider-rate-limited', { retryAfterMs: 60_000 }]]);
    expect(await endless.call()).toBe('provider-rate-limited');
    expect(endless.clock.pending()).toBe(0);
  });

  test('tells what went wrong first when there is no money left to ask again, and notes that', async () => {
    const { clock, flags, call } = target([['provider-failed'], ['budget-exhausted']]);
    const answer = call();
    await clock.advance(1_000);
    expect(await answer).toBe('provider-failed');
    expect(flags).toEqual(['retry-unaffordable']);
    const poor = target([['budget-exhausted']]);
    expect(await poor.call()).toBe('budget-exhausted');
    expect(poor.flags).toEqual([]);
  });

  test('gives up after the attempts it has', async () => {
    const { clock, asked, call } = target([
      ['provider-failed'],
      ['provider-failed'],
      ['provider-failed'],
      ['provider-failed'],
    ]);
    const answer = call();
    await clock.advance(1_000);
    expect(await answer).toBe('provider-failed');
    expect(asked).toHaveLength(3);
  });

  test.each(['provider-refused', 'provider-timeout', 'provider-garbled', 'caller-gone', 'gateway-broken'] as const)(
    'does not ask the same target again after %s',
    async (kind) => {
      const { asked, call } = target([[kind]]);
      expect(await call()).toBe(kind);
      expect(asked).toHaveLength(1);
    },
  );

  test('stops waiting at once when the caller leaves', async () => {
    const leaving = new AbortController();
    const { clock, asked, call } = target([['provider-failed']]);
    const answer = call(leaving.signal);
    await clock.advance(1);
    leaving.abort(new Failure('caller-gone', 'left'));
    expect(await answer).toBe('caller-gone');
    expect({ asked: asked.length, timers: clock.pending() }).toEqual({ asked: 1, timers: 0 });
  });

  test('answers a total outage with hardly more calls than there were', async () => {
    const calls = 1_000;
    const clock = handClock();
    let asked = 0;
    const handle = retry(
      { clock, ids },
      options,
    )(() => {
      asked += 1;
      return Promise.reject(new Failure('provider-failed', 'down'));
    });
    for (let call = 0; call < calls; call += 1) {
      const answer = handle({ ...fakeCall(), journal: fakeJournal(), target: targetA }).catch(() => undefined);
      await clock.advance(200);
      await answer;
    }
    expect(asked / calls).toBeLessThanOrEqual(1.1);
  });
});
