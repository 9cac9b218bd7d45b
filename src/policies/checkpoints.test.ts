import { expect, test } from 'bun:test';
import { handClock } from '../../test/fakes/hand-clock.ts';
import { openCheckpoints } from './checkpoints.ts';

function scene() {
  const clock = handClock();
  const noted: string[] = [];
  const attempt = (name: string) => ({ note: () => void noted.push(`${name} at ${clock.monotonic()}`) });
  return { clock, noted, attempt, checkpoints: openCheckpoints(clock) };
}

test('all who stream are noted once a second in one go, whenever they began, until they leave', async () => {
  const { clock, noted, attempt, checkpoints } = scene();
  const [one, other] = [attempt('one'), attempt('other')];
  checkpoints.follow(one);
  await clock.advance(700);
  checkpoints.follow(other);
  await clock.advance(1_400);
  checkpoints.leave(one);
  await clock.advance(1_000);
  expect(noted).toEqual(['one at 1000', 'other at 1000', 'one at 2000', 'other at 2000', 'other at 3000']);
});

test('no timer runs while nobody streams, and it begins anew with the next who does', async () => {
  const { clock, noted, attempt, checkpoints } = scene();
  const [one, other] = [attempt('one'), attempt('other')];
  expect(clock.pending()).toBe(0);
  checkpoints.follow(one);
  await clock.advance(500);
  checkpoints.leave(one);
  expect(clock.pending()).toBe(0);
  await clock.advance(4_500);
  checkpoints.follow(other);
  await clock.advance(1_000);
  checkpoints.leave(other);
  expect({ noted, timers: clock.pending() }).toEqual({ noted: ['other at 6000'], timers: 0 });
});
