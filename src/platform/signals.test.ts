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

test('what nobody waited for is told, and does not end the process', async () => {
  const script = `
    import { onStrayRejection } from ${JSON.stringify(new URL('./signals.ts', import.meta.url).pathname)};
    onStrayRejection((cause) => console.log('told of ' + cause.message));
    void Promise.reject(new Error('a stray'));
    setTimeout(() => console.log('and went on'), 1);
  `;
  const child = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe', stderr: 'pipe' });
  expect([await new Response(child.stdout).text(), await child.exited]).toEqual(['told of a stray\nand went on\n', 0]);
});
