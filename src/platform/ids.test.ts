import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { openIds, systemIds } from './ids.ts';

test('an id is its prefix and 25 lower-case digits of base 32', () => {
  expect(systemIds.make('req')).toMatch(/^req_[0-9a-v]{25}$/);
});

test('ids sort as they were made, whatever the wall clock does, and never come twice', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5000, max: 5000 }), { maxLength: 300 }), (jumps) => {
      let ms = 1_700_000_000_000;
      const ids = openIds({ now: () => ms, monotonic: () => 0, after: () => () => {} });
      const made = jumps.map((jump) => {
        ms += jump > 0 ? Math.trunc(jump / 1000) : jump;
        return ids.make('x');
      });
      expect(made).toEqual([...new Set(made)].sort());
    }),
  );
});

test('an id of a later process sorts after those of an earlier millisecond', () => {
  const at = (ms: number) => openIds({ now: () => ms, monotonic: () => 0, after: () => () => {} }).make('x');
  expect(at(1_700_000_000_000) < at(1_700_000_000_001)).toBe(true);
  expect(at(999) < at(10 ** 12)).toBe(true);
});

test('a secret has its prefix and 43 letters and digits, and is never the same', () => {
  const secrets = Array.from({ length: 200 }, () => systemIds.secret('tr-'));
  for (const secret of secrets) expect(secret).toMatch(/^tr-[0-9A-Za-z]{43}$/);
  expect(new Set(secrets).size).toBe(200);
  for (let place = 3; place < 45; place += 1) {
    expect(new Set(secrets.map((secret) => secret.charAt(place))).size).toBeGreaterThan(30);
  }
});

test('chance is a fraction from 0 up to, but not, 1', () => {
  for (let index = 0; index < 100; index += 1) {
    const chance = systemIds.chance();
    expect(chance >= 0 && chance < 1).toBe(true);
  }
});
