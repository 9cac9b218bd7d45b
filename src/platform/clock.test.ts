import { expect, test } from 'bun:test';
import { systemClock } from './clock.ts';

test('a wait ends after its time, and not if it is cancelled', async () => {
  const acted: string[] = [];
  const cancel = systemClock.after(5, () => acted.push('cancelled'));
  systemClock.after(10, () => acted.push('kept'));
  cancel();
  const startedAt = systemClock.monotonic();
  await new Promise<void>((resolve) => systemClock.after(20, resolve));
  expect(acted).toEqual(['kept']);
  expect(systemClock.monotonic() - startedAt).toBeGreaterThanOrEqual(19);
});

test('a wait longer than a timer can hold does not end at once', async () => {
  let acted = false;
  const cancel = systemClock.after(2 ** 40, () => {
    acted = true;
  });
  await new Promise<void>((resolve) => systemClock.after(5, resolve));
  expect(acted).toBe(false);
  cancel();
});
