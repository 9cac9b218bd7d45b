import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type AttemptEnding, openHealth } from './health.ts';
import { latencies } from './latencies.ts';

const target = { provider: 'up', model: 'm' };

function observed() {
  const time = { now: 1_000_000, monotonic: 0 };
  const health = openHealth({ now: () => time.now, monotonic: () => time.monotonic });
  const tell = (...endings: readonly AttemptEnding[]): void => {
    for (const ending of endings) health.attempted(target, ending);
  };
  const pass = (ms: number): void => {
    time.now += ms;
    time.monotonic += ms;
  };
  return { health, tell, pass, time, state: () => health.of('up')?.state };
}

const times = <const T>(count: number, item: T): readonly T[] => Array.from({ length: count }, () => item);

describe('the state of a provider', () => {
  test('is not told of one that was never asked', () => {
    expect(observed().health.of('up')).toBeUndefined();
  });

  test.each([
    [['complete'], 'healthy'],
    [['provider-unreachable'], 'failing'],
    [['complete', 'provider-failed'], 'healthy'],
    [['provider-failed', 'complete', 'provider-failed'], 'failing'],
    [['provider-refused', 'caller-gone', 'deadline-exceeded', 'request-lossy', 'gateway-broken'], 'unknown'],
    [['provider-credential-refused', 'provider-refused'], 'failing'],
    [[...times(100, 'complete'), ...times(11, 'provider-timeout')], 'failing'],
    [[...times(100, 'provider-timeout'), ...times(10, 'complete')], 'healthy'],
  ] as const)('%#', (endings, state) => {
    const { tell, state: told } = observed();
    tell(...endings);
    expect(told()).toBe(state);
  });

  test('is of the last five minutes: then it is unknown again, whatever the wall clock says', () => {
    const { tell, pass, state, time } = observed();
    tell('provider-failed');
    pass(299_999);
    time.now -= 86_400_000;
    expect(state()).toBe('failing');
    pass(1);
    expect(state()).toBe('unknown');
    tell('complete');
    expect(state()).toBe('healthy');
  });

  test('is forgotten when the provider is changed', () => {
    const { tell, health } = observed();
    tell('provider-failed');
    health.forget('up');
    health.forget('never there');
    expect(health.of('up')).toBeUndefined();
  });
});

test('what was seen is told by provider and by model', () => {
  const { health, pass } = observed();
  health.attempted(target, 'complete', 100);
  pass(5);
  health.attempted({ provider: 'up', model: 'a' }, 'provider-overloaded');
  health.attempted({ provider: 'other', model: 'm' }, 'complete', 1);
  const failure = { kind: 'provider-overloaded', at: 1_000_005 } as const;
  const firstByte = { p50: expect.any(Number), p95: expect.any(Number), count: 1 };
  const failed = { failures: { 'provider-overloaded': 1 }, lastFailure: failure };
  const succeeded = { successes: 1, lastSuccessAt: 1_000_000, firstByte };
  expect(health.of('up')).toEqual({
    ...{ state: 'healthy' as const, attempts: 2, since: 1_000_000, ...failed, ...succeeded },
    models: [
      { model: 'a', state: 'failing', attempts: 1, successes: 0, ...failed },
      { model: 'm', state: 'healthy', attempts: 1, failures: {}, ...succeeded },
    ],
  });
});

test('models that callers make up do not fill the memory: those asked longest ago go, and the provider keeps its counts', () => {
  const { health, pass } = observed();
  for (let n = 0; n < 1_500; n += 1) {
    health.attempted({ provider: n % 2 === 0 ? 'up' : 'other', model: `m${n}` }, 'provider-refused');
    pass(1);
  }
  const [up, other] = [health.of('up'), health.of('other')];
  expect([up?.attempts, (up?.models.length ?? 0) + (other?.models.length ?? 0)]).toEqual([750, 1_000]);
  expect(up?.models.some(({ model }) => model === 'm1498')).toBe(true);
  expect(up?.models.some(({ model }) => model === 'm0')).toBe(false);
  health.forget('other');
  for (let n = 0; n < 600; n += 1) health.attempted({ provider: 'up', model: `n${n}` }, 'complete');
  expect(health.of('up')?.models.length).toBe(1_000);
});

describe('how long it takes to the first byte', () => {
  test('is within five per cent of the true percentile, whatever the times are', () => {
    const someTimes = fc.array(fc.double({ min: 1, max: 900_000, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(someTimes, (given) => {
        const seen = latencies();
        for (const ms of given) seen.add(ms, 0);
        const sorted = given.toSorted((a, b) => a - b);
        const of = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
        const summary = seen.summary(0);
        expect(Math.abs((summary?.p50 ?? 0) / of(0.5) - 1)).toBeLessThan(0.05);
        expect(Math.abs((summary?.p95 ?? 0) / of(0.95) - 1)).toBeLessThan(0.05);
        expect(summary?.count).toBe(given.length);
      }),
    );
  });

  test('is of the last five minutes alone, also when its memory comes round again', () => {
    const seen = latencies();
    seen.add(10, 0);
    expect(seen.summary(269_999)?.count).toBe(1);
    expect(seen.summary(300_000)).toBeUndefined();
    seen.add(1_000, 300_000);
    expect(seen.summary(300_000)?.count).toBe(1);
    expect(seen.summary(3_000_000)).toBeUndefined();
  });

  test('takes odd times for the shortest or the longest there are', () => {
    const seen = latencies();
    for (const ms of [-1, 0, Number.NaN, 1e9]) seen.add(ms, 0);
    expect(seen.summary(0)?.count).toBe(4);
  });
});
