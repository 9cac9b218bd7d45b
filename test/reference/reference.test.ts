import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages } from './pages.ts';

const root = join(import.meta.dir, '../..');

for (const [path, page] of Object.entries(pages)) {
  test(`${path} says what the sources say (\`npm run reference\` writes it)`, () => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(page());
  });
}

test('the pages say something', () => {
  const [configuration = '', failures = ''] = Object.values(pages).map((page) => page());
  for (const word of ['limits.max_body_bytes', '33554432', 'OPENAI_API_KEY', 'adjust.without', 'grpc_listen'])
    expect(configuration).toContain(word);
  expect(failures).toContain('| `provider-credential-refused` | 502    | provider | other    |');
});
