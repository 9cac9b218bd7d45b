import { describe, expect, test } from 'bun:test';
import { handClock } from '../../test/fakes/hand-clock.ts';
import { fakeStore } from '../../test/fakes/store.ts';
import { fakeEntry, noon } from '../../test/fakes/surroundings.ts';
import { bareEntry, exampleKey, exampleOrganisation, exampleProject } from '../store/contract-examples.ts';
import { watchSpend } from './spend-watch.ts';

const hour = 3_600_000;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A house with a key that spent so much in each of so many hours before noon. */
async function house({ usual, hours }: { readonly usual: bigint; readonly hours: number }) {
  const store = fakeStore();
  await store.tenants.createOrganisation(exampleOrganisation);
  await store.tenants.createProject(exampleProject);
  await store.keys.create(exampleKey);
  const clock = handClock(noon);
  let calls = 0;
  const spend = async (cost: bigint, startedAt: number): Promise<void> => {
    calls += 1;
    await store.ledger.append(fakeEntry({ ...bareEntry, requestId: `req_${calls}`, startedAt, cost }));
  };
  for (let n = 1; n <= hours; n += 1) await spend(usual, noon - n * hour);
  const stop = watchSpend({ store, clock, log: silent });
  const told = async () => (await store.events.list({ limit: 100 })).data;
  return { clock, spend, told, stop };
}

describe('unusual spend', () => {
  test('is told of a key that spends more than ten times its usual hour, once for the hour', async () => {
    const { clock, spend, told, stop } = await house({ usual: 200_000_000n, hours: 30 });
    await spend(2_000_000_001n, noon + 1_000);
    await clock.advance(700_000);
    expect(await told()).toEqual([
      {
        id: 'event_1',
        at: noon + 600_000,
        kind: 'spend.anomaly',
        subject: 'key_1',
        organisationId: 'org_1',
        body: { hour: '2026-11-21T12:00:00.000Z', spent_usd: '2.000000001', usual_usd: '0.2', key_name: 'web' },
      },
    ]);
    await spend(1_000_000_000n, noon + 800_000);
    await clock.advance(1_300_000);
    expect(await told()).toHaveLength(1);
    stop();
    expect(clock.pending()).toBe(0);
  });

  test.each([
    ['ten times and no more', { usual: 200_000_000n, hours: 30, spent: 2_000_000_000n }],
    ['no more than a dollar', { usual: 1_000n, hours: 30, spent: 1_000_000_000n }],
    ['without the habits of a day', { usual: 200_000_000n, hours: 23, spent: 9_000_000_000n }],
  ])('is not told of what is %s', async (_, { usual, hours, spent }) => {
    const { clock, spend, told, stop } = await house({ usual, hours });
    await spend(spent, noon + 1_000);
    await clock.advance(700_000);
    expect(await told()).toEqual([]);
    stop();
  });
});
