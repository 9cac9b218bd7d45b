import { join } from 'node:path';
import { root } from '../architecture/checks.ts';
import { pages } from './pages.ts';

/** `npm run reference`: writes the pages of `docs/reference`, and what else comes from sources, anew. */
for (const [path, page] of Object.entries(pages)) await Bun.write(join(root, path), page());
