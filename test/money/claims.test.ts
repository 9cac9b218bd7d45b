import { expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../architecture/checks.ts';

const page = readFileSync(join(root, 'docs/guide/how-a-cap-is-kept.md'), 'utf8');

/** A test as the page names it: where it is, and its title as it stands there. */
const named = /`((?:src|test)\/[^`]+\.ts)` “([^”]+)”/g;

test('every claim of the page on caps names a test', () => {
  const claims = page.split(/^- /m).slice(1);
  expect(claims.length).toBeGreaterThan(15);
  expect(claims.filter((claim) => claim.match(named) === null)).toEqual([]);
});

test('every test that the page on caps names is there', () => {
  const missing = [...page.matchAll(named)].filter(([, path = '', title = '']) => {
    const file = join(root, path);
    return !existsSync(file) || !isTitle(readFileSync(file, 'utf8'), title);
  });
  expect(missing.map(([whole]) => whole)).toEqual([]);
});

/** It stands in the file as the title of a test: in quotes, behind `test(` or `test.each(…)(`. */
function isTitle(text: string, title: string): boolean {
  return [`'${title}'`, `"${title}"`, `\`${title}\``].some(
    (quoted) => text.includes(`(${quoted}`) || text.includes(`\n  ${quoted}`) || text.includes(`\n    ${quoted}`),
  );
}
