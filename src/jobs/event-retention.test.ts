import { expect, test } from 'bun:test';
import { handClock } from '../../test/fakes/hand-clock.ts';
import { fakeStore } from '../../test/fakes/store.ts';
import { noon } from '../../test/fakes/surroundings.ts';
import type { Event } from '../core/event.ts';
import { Failure } from '../core/failure.ts';
import type { Store } from '../store/store.ts';
import { retainEvents } from './event-retention.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** Events so long before noon. */
function eventsOf(count: number, age: number): readonly Event[] {
  return Array.from({ length: count }, (_, n) => ({
    once: `${age} ${n}`,
    at: noon - age,
    kind: 'budget.threshold',
    subject: 'key_1',
    organisationId: 'org_1',
    body: {},
  }));
}

/** A house that keeps these, and what was warned of. */
async function house(events: readonly Event[], wrap: (store: Store) => Pick<Store, 'events'> = (store) => store) {
  const store = fakeStore();
  await store.events.append(events);
  const clock = handClock(noon);
  const warnings: string[] = [];
  const ignore = (): void => undefined;
  const log = { debug: ignore, info: ignore, warn: (text: string) => void warnings.push(text), error: ignore };
  const stop = retainEvents({ store: wrap(store), clock, log });
  const kept = async (): Promise<readonly number[]> =>
    (await store.events.list({ limit: 1_000 })).data.map(({ at }) => (noon - at) / day);
  return { clock, stop, kept, warnings };
}

test('an event goes when it is 90 days old', async () => {
  const { clock, stop, kept } = await house([
    ...eventsOf(1, 90 * day),
    ...eventsOf(1, 90 * day - 2 * hour),
    ...eventsOf(1, 0),
  ]);
  expect(await kept()).toHaveLength(3);
  await clock.advance(hour);
  expect(await kept()).toHaveLength(2);
  await clock.advance(hour);
  expect(await kept()).toHaveLength(2);
  await clock.advance(hour);
  expect(await kept()).toEqual([0]);
  stop();
  expect(clock.pending()).toBe(0);
});

test('many go in small steps, with a pause in between', async () => {
  const { clock, stop, kept } = await house([...eventsOf(700, 91 * day), ...eventsOf(1, 0)]);
  await clock.advance(hour);
  expect(await kept()).toHaveLength(201);
  await clock.advance(1_000);
  expect(await kept()).toEqual([0]);
  stop();
});

test('what cannot be taken out is told of, and tried again', async () => {
  let broken = true;
  const { clock, stop, kept, warnings } = await house([...eventsOf(1, 91 * day), ...eventsOf(1, 0)], ({ events }) => ({
    events: {
      ...events,
      remove: async (old) => {
        if (broken) throw new Failure('gateway-storage-failed', 'The disk is full.');
        return await events.remove(old);
      },
    },
  }));
  await clock.advance(hour);
  expect(warnings).toEqual(['old events could not be taken out; it is tried again in an hour']);
  broken = false;
  await clock.advance(hour);
  expect(await kept()).toEqual([0]);
  stop();
});
