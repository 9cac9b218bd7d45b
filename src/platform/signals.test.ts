import { expect, test } from 'bun:test';
import { onReload, onStop } from './signals.ts';

test('signals are told until they are not listened for any more', async () => {
  const told: string[] = [];
  const cancels = [onStop((signal) => told.push(signal)), onReload(() => told.push('reload'))];
  for (const signal of ['SIGHUP', 'SIGTERM', 'SIGINT'] as const) {
    process.kill(process.pid, signal);
    await Bun.sleep(10);
  }
  expect(told).toEqual(['reload', 'SIGTERM', 'SIGINT']);
  for (const cancel of cancels) cancel();
  expect(['SIGHUP', 'SIGTERM', 'SIGINT'].map((signal) => process.listenerCount(signal))).toEqual([0, 0, 0]);
});
