import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../architecture/checks.ts';
import type { Started } from '../started.ts';
import { examplesIn, isPrinted } from './examples.ts';
import { hasPython, openGuide, startVendor } from './guide-run.ts';

/** Each page of the guide is followed by its letter: every example is run, in order, at a Trestle that runs as the page says. */
const folder = join(root, 'docs/guide');
/** Pages about programs that are not on every machine have a test of their own. */
const others = ['coding-agents.md'];
const pages = readdirSync(folder).filter((name) => name.endsWith('.md') && !others.includes(name));

let vendor: Started;
beforeAll(async () => {
  vendor = await startVendor();
});
afterAll(async () => {
  await vendor?.stop('SIGKILL');
});

for (const page of pages) {
  test(`${page} does what it says`, async () => {
    const guide = await openGuide(readFileSync(join(folder, page), 'utf8'), vendor);
    try {
      const ran = await guide.all();
      const wrong = ran.filter(
        ({ example, output, code }) =>
          code !== 0 || (!isSkipped(example) && example.prints !== undefined && !isPrinted(example.prints, output)),
      );
      const told = wrong.map(
        ({ example, output, code }) => `${page}:${example.line} ended with ${code} and said:\n${output}`,
      );
      expect(told).toEqual([]);
      expect(ran.length).toBeGreaterThan(0);
    } finally {
      await guide.close();
    }
  }, 60_000);
}

/** What cannot run here prints nothing. */
function isSkipped({ language }: { readonly language: string }): boolean {
  return language === 'python' && !hasPython;
}

/** What runs above as part of its page, and does not here. */
for (const page of hasPython ? [] : pages) {
  for (const { language, line } of examplesIn(readFileSync(join(folder, page), 'utf8'))) {
    if (language === 'python')
      test.skip(`${page}:${line} (python3 with the package openai is not on this machine)`, () => undefined);
  }
}

test('README links every page', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  for (const page of [...pages, ...others]) expect(readme).toContain(`docs/guide/${page}`);
});
