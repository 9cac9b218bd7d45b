import { join } from 'node:path';
import { gridPage } from './grid-page.ts';
import { runGrid } from './grid-run.ts';

/** `bin/bun test/conformance/grid.ts --write` writes the page anew; without `--write` it is printed. */
export const pagePath: string = join(import.meta.dir, '../../docs/reference/dialects.md');

if (import.meta.main) {
  const page = gridPage(await runGrid());
  if (Bun.argv.includes('--write')) await Bun.write(pagePath, page);
  else console.log(page);
}
