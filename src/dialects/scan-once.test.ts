import { expect, test } from 'bun:test';
import { watchFor } from './json-scan.ts';
import { scanOnce } from './scan-once.ts';
import { utf8Bytes } from './text.ts';

test('a body is scanned once, and another one of the same bytes again', () => {
  const scanned = scanOnce(watchFor({}));
  const bytes = utf8Bytes('{"model":"a"}');
  const wire = { kind: 'json', bytes } as const;
  expect(scanned(wire)).toBe(scanned(wire));
  expect(scanned({ kind: 'json', bytes })).not.toBe(scanned(wire));
});
