import { expect, test } from 'bun:test';
import { inspect } from 'node:util';
import { secret } from './secret.ts';

const canary = 'canary-of-the-secret';

test('a secret shows itself only when it is revealed', () => {
  const closed = secret(canary);
  const shown = [
    `${closed}`,
    String(closed),
    JSON.stringify({ closed }),
    inspect(closed),
    inspect({ in: [closed] }),
    Bun.inspect(closed),
  ];
  expect(shown.join('\n')).not.toContain('canary');
  expect(`${closed}`).toBe('***');
  expect(JSON.stringify({ closed })).toBe('{"closed":"***"}');
  expect(closed.reveal()).toBe(canary);
});

test('a secret cannot be changed or walked', () => {
  const closed = secret(canary);
  expect(Object.isFrozen(closed)).toBe(true);
  expect(JSON.stringify(Object.entries(closed))).not.toContain('canary');
});
