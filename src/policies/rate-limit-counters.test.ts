import { expect, test } from 'bun:test';
import { handClock } from '../../test/fakes/hand-clock.ts';
import type { PastQuery } from '../store/store.ts';
import { rateCounters } from './rate-limit-counters.ts';

test('a rule’s figures over the same time are read from the ledger once', async () => {
  const asked: PastQuery[] = [];
  const past = async (question: PastQuery) => {
    asked.push(question);
    return [{ at: -1_000, values: [], requests: 2, tokens: 30, images: 0, audioSeconds: 0 }];
  };
  const counters = rateCounters({ limits: { past }, clock: handClock() });
  const limits = { requests_per_day: 5, tokens_per_day: 50, requests_per_minute: 3 };
  const owner = { kind: 'key' as const, id: 'key_1' };
  const rule = { id: 'rate_1', limits, mode: 'hard' as const, match: {} };
  const bars = counters.barsOf([{ owner, name: 'web', budgets: [], rates: [rule] }]);
  await Promise.all(bars.map((bar) => (bar.kind === 'window' ? counters.restore(bar) : undefined)));
  expect(asked.map(({ slotMs }) => slotMs).sort()).toEqual([60, 86_400]);
  const taken = bars.map((bar) => (bar.kind === 'window' ? bar.counters.of([], 0).taken(0) : 0));
  expect(taken.toSorted((one, other) => one - other)).toEqual([2, 2, 30]);
});
