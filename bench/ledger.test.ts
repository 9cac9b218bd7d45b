import { expect, test } from 'bun:test';
import { faultsOf } from './ledger.ts';

test('a ledger that has every call once, at its price, is right', () => {
  const ledger = new Map([
    ['whole', { requests: 1000, failures: 0, costUsd: '0.3074' }],
    ['stream-paced', { requests: 2, failures: 0, costUsd: '0.000808' }],
  ]);
  const sent = new Map([
    ['whole', 1000],
    ['stream-paced', 2],
  ] as const);
  expect(faultsOf(ledger, sent)).toEqual([]);
});

test.each([
  ['a missing call', { requests: 999, failures: 0, costUsd: '0.3074' }],
  ['a failed call', { requests: 1000, failures: 1, costUsd: '0.3074' }],
  ['a nano-dollar too much', { requests: 1000, failures: 0, costUsd: '0.307400001' }],
])('%s is found', (_, entry) => {
  expect(faultsOf(new Map([['whole', entry]]), new Map([['whole', 1000]]))).toEqual([
    `whole: 1000 calls were answered, 307400000 nano-USD in all; it has ${entry.requests}, ${entry.failures} of them failed, ${entry.costUsd} USD`,
  ]);
});
