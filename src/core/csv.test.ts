import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { csvOf } from './csv.ts';

test('each path is a column, numbers and decimal texts stay as they are, what is absent is empty', () => {
  const items = [
    { model: 'm', tokens: { input: 10, total: 12 }, cost_usd: '-0.000000001', none: null, flags: ['a', 'b'] },
    { model: 'n, "o"\n', cost_usd: JSON.rawJSON('12345678901234567890'), more: true },
  ];
  expect(csvOf(items as never)).toBe(
    'model,tokens.input,tokens.total,cost_usd,none,flags,more\r\n' +
      'm,10,12,-0.000000001,,"[""a"",""b""]",\r\n' +
      '"n, ""o""\n",,,12345678901234567890,,,true\r\n',
  );
  expect(csvOf([])).toBe('');
});

test.each(['=1+1', '+1+1', '-1+1', '@cf/model', '\t=1', '\r=1', ' =1', '\n@x', '＝1', '＋1', '－x', '＠x', '-'])(
  '%j is never a formula',
  (text) => {
    expect(csvOf([{ text }]).split('\r\n')[1]?.replace(/^"/, '')[0]).toBe("'");
  },
);

test('whatever is written, no cell begins a formula and the table keeps its shape', () => {
  const texts = fc.array(fc.record({ a: fc.string(), b: fc.string({ unit: 'binary' }) }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(texts, (items) => {
      const [, ...rows] = parsed(csvOf(items));
      expect(rows.length).toBe(items.length);
      for (const [index, cells] of rows.entries()) {
        const said = [items[index]?.a, items[index]?.b];
        for (const [at, cell] of cells.entries()) {
          expect(cell === said[at] || cell === `'${said[at]}`).toBeTrue();
          expect(/^\s*[=+@]/.test(cell)).toBeFalse();
        }
      }
    }),
  );
});

/** As RFC 4180 reads a table. */
function parsed(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^,"\r\n]*(?:\r(?!\n)[^,"\r\n]*)*))(,|\r\n)/g,
  )) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
