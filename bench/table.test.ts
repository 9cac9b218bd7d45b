import { expect, test } from 'bun:test';
import { type Book, openBook } from './book.ts';
import { writeTable } from './table.ts';

function filled(figures: Readonly<Record<string, readonly number[]>>): Book {
  const book = openBook();
  for (const [key, values] of Object.entries(figures)) {
    const [row = '', target] = key.split(' ');
    for (const value of values) book.put(row, target as 'direct' | 'nginx' | 'trestle', value);
  }
  return book;
}

test('a cost is shown as the median of its rounds, as so many times nginx, and judged', () => {
  const book = filled({ 'whole.64.cpu nginx': [9, 10, 100], 'whole.64.cpu trestle': [60, 41, 40] });
  expect(writeTable(book, ['direct', 'nginx', 'trestle'])).toBe(
    `| Whole calls: 1 KB in, 1.5 KB out | direct | nginx | Trestle | goal |
| --- | --: | --: | --: | --: |
| CPU per call, concurrency 64 |  | 10.0 µs | 41.0 µs (4.10 ×) | ≤ 5 ×: met |
`,
  );
});

test('added latency is what each round added to the direct connection of the same round', () => {
  const book = filled({
    'rate.1.p50 direct': [50, 500, 50],
    'rate.1.p50 nginx': [60, 510, 61],
    'rate.1.p50 trestle': [80, 520, 70],
  });
  expect(writeTable(book, ['direct', 'nginx', 'trestle'])).toContain('| 50.0 µs | +10.0 µs | +20.0 µs (2.00 ×) |  |');
});

test('a missed goal says by how much', () => {
  const book = filled({ 'memory.idle nginx': [15], 'memory.idle trestle': [99] });
  expect(writeTable(book, ['nginx', 'trestle'])).toContain('| 15.0 MB | 99.0 MB (6.60 ×) | ≤ 90 MB: missed by 10 % |');
});

test('a row without figures is left out', () => {
  expect(writeTable(openBook(), ['nginx', 'trestle'])).toBe('');
});
