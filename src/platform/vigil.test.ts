import { expect, test } from 'bun:test';
import { handClock } from '../../test/fakes/hand-clock.ts';
import { openVigil } from './vigil.ts';

test('what stays away too long is told once, within one period of its limit', async () => {
  const clock = handClock();
  const vigil = openVigil(clock, 100);
  const told: number[] = [];
  vigil.watch(300, () => void told.push(clock.monotonic())).wait();
  await clock.advance(1000);
  expect(told).toEqual([400]);
});

test('who rests is not waited for, and waiting begins anew each time', async () => {
  const clock = handClock();
  const vigil = openVigil(clock, 100);
  const told: number[] = [];
  const watch = vigil.watch(300, () => void told.push(clock.monotonic()));
  await clock.advance(1000);
  for (let round = 0; round < 5; round += 1) {
    watch.wait();
    await clock.advance(200);
    watch.rest();
    await clock.advance(500);
  }
  expect(told).toEqual([]);
  watch.wait();
  await clock.advance(1000);
  expect(told).toHaveLength(1);
});

test('a limit may change for what is waited for next', async () => {
  const clock = handClock();
  const told: number[] = [];
  const watch = openVigil(clock, 100).watch(10_000, () => void told.push(clock.monotonic()));
  watch.limit(200);
  watch.wait();
  await clock.advance(500);
  expect(told).toEqual([300]);
});

test('no timer runs while nobody is watched', async () => {
  const clock = handClock();
  const vigil = openVigil(clock, 100);
  expect(clock.pending()).toBe(0);
  const watches = [1, 2, 3].map(() => vigil.watch(300, () => undefined));
  expect(clock.pending()).toBe(1);
  for (const watch of watches) watch.leave();
  await clock.advance(100);
  expect(clock.pending()).toBe(0);
  vigil.watch(300, () => undefined).leave();
  expect(clock.pending()).toBe(1);
});
