import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { pathsOf, sheet, table } from './table.ts';

test('numbers stand under each other by their last digit, texts by their first letter', () => {
  const rows = [
    { id: 'a', n: 5, cost_usd: '0.25' },
    { id: 'bcd', n: 12345, cost_usd: '10.00' },
  ];
  expect(table(rows, ['id', 'n', 'cost_usd'], 80).split('\n')).toEqual([
    'id       n  cost_usd',
    'a        5      0.25',
    'bcd  12345     10.00',
  ]);
});

test('a column that holds nothing anywhere is not shown', () => {
  const rows = [{ a: 0, b: null, c: { d: 'x', e: [], f: 0, total: 0 } }];
  expect(pathsOf(rows)).toEqual(['a', 'c.d', 'c.total']);
});

test('one thing is shown member by member, with tables for things within', () => {
  const text = sheet(
    { id: 'x', usage: { tokens: 3 }, lost: [{ path: 'a', why: 'b' }], tags: ['t', 'u'], none: null },
    80,
  );
  expect(text.split('\n')).toEqual([
    'id            x',
    'usage.tokens  3',
    'tags          t, u',
    'none',
    '',
    'lost:',
    'path  why',
    'a     b',
  ]);
});

test('no line is wider than the terminal, and no cell can steer it', () => {
  const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.constant(null));
  const row = fc.record({ a: cell, b: cell, c: cell });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), fc.integer({ min: 60, max: 120 }), (rows, columns) => {
      const text = table(rows, ['a', 'b', 'c'], columns);
      expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
      expect(text.split('\n')).toHaveLength(rows.length + 1);
      for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(columns);
    }),
  );
});

test('things deep within one are shown, and what is empty there is not', () => {
  const text = sheet({ models: { fast: { targets: [{ model: 'a/b' }], note: null } }, end: null }, 80);
  expect(text.split('\n')).toEqual(['end', '', 'models.fast.targets:', 'model', 'a/b']);
});
