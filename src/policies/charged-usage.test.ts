import { expect, test } from 'bun:test';
import type { Price } from '../core/money.ts';
import { type Charging, chargedUsage } from './charged-usage.ts';

const price: Price = {
  from: 0,
  perToken: { input: 1_000_000n, output: 1_000_000n },
  serviceTiers: { flex: { perToken: { input: 1n, output: 1n } }, priority: { perToken: { input: 2_000_000n } } },
  source: 'management',
};
const usage = { tokens: { input: 10 } };

function charged(of: Partial<Charging>) {
  return chargedUsage(usage, { price, askedTier: undefined, servedTier: undefined, durationMs: 0, ...of });
}

test('the tier that answered counts, whatever was asked for', () => {
  expect(charged({ askedTier: 'priority', servedTier: 'default' })).toEqual(usage);
  expect(charged({ askedTier: 'priority', servedTier: 'priority' })).toEqual({ ...usage, serviceTier: 'priority' });
  expect(charged({ askedTier: 'auto', servedTier: 'flex' })).toEqual({ ...usage, serviceTier: 'flex' });
  for (const servedTier of ['standard', 'on_demand', 'default']) expect(charged({ servedTier })).toEqual(usage);
});

test('an answer that does not say who served it is charged at the dearer of what was asked for and the usual', () => {
  for (const servedTier of [undefined, 'auto']) {
    expect(charged({ askedTier: 'priority', servedTier })).toEqual({ ...usage, serviceTier: 'priority' });
    expect(charged({ askedTier: 'flex', servedTier })).toEqual(usage);
    expect(charged({ askedTier: 'unpriced', servedTier })).toEqual(usage);
    expect(charged({ servedTier })).toEqual(usage);
  }
});

test('time is counted to the millisecond where it has a price, in any tier, and nowhere else', () => {
  const timed = { ...price, perUnit: { computeSeconds: 5n } };
  const inTier = { ...price, serviceTiers: { flex: { perToken: {}, perUnit: { computeSeconds: 5n } } } };
  for (const by of [timed, inTier])
    expect(charged({ price: by, durationMs: 1_234.4 })).toEqual({ ...usage, units: { computeSeconds: 1.234 } });
  expect(charged({ durationMs: 1_234 })).toEqual(usage);
  expect(charged({ price: undefined, durationMs: 1_234 })).toEqual(usage);
});
